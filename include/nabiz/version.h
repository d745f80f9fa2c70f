/** The version, which comes from the VERSION line of the Makefile and nowhere else. */
#ifndef NABIZ_VERSION_H
#define NABIZ_VERSION_H

const char *nb_version(void);

/** The day it was set, for the manual page: "November 22, 2026". */
const char *nb_version_date(void);

#endif
