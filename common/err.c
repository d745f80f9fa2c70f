#include <nabiz/err.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *nb_strerror(enum nb_err err)
{
    switch (err) {
#define X(name, value, text)                                                                       \
    case name:                                                                                     \
        return text;
        NB_ERRORS(X)
#undef X
    }
    return "unknown error";
}

enum nb_err nb_error_set(struct nb_error *error, enum nb_err err, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        error->code = err;
        (void)vsnprintf(error->text, sizeof(error->text), format, args);
        va_end(args);
    }
    return err;
}

void nb_error_prefix(struct nb_error *error, const char *format, ...)
{
    if (!error) {
        return;
    }
    char old[sizeof(error->text)];
    memcpy(old, nb_error_text(error), strlen(nb_error_text(error)) + 1);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof(error->text)) {
        (void)snprintf(error->text + n, sizeof(error->text) - (size_t)n, "%s", old);
    }
}

const char *nb_error_text(const struct nb_error *error)
{
    if (!error) {
        return "";
    }
    return error->text[0] ? error->text : nb_strerror(error->code);
}

int nb_exit_code(enum nb_err err)
{
    switch (err) {
    case NB_OK:
        return 0;
    case NB_EUTF8:
    case NB_ESYNTAX:
    case NB_ETOOBIG:
        return 3;
    default:
        return 1;
    }
}
