#include <nabiz/version.h>

const char *nb_version(void)
{
    return NB_VERSION;
}

const char *nb_version_date(void)
{
    return NB_VERSION_DATE;
}
