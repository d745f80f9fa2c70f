/** The version, which comes from the VERSION line of the Makefile and nowhere else. */
#ifndef NABIZ_VERSION_H
#define NABIZ_VERSION_H

const char *nb_version(void);

#endif
