#include <nabiz/failure.h>

enum nb_failure nb_failure_of(uint32_t status, struct nb_slice text)
{
    static const struct {
        struct nb_slice start;
        enum nb_failure failure;
    } texts[] = {
        {{"Couldn't resolve host", 21}, NB_FAILURE_DNS},
        {{"Could not resolve host", 22}, NB_FAILURE_DNS},
        {{"Couldn't resolve proxy", 22}, NB_FAILURE_PROXY},
        {{"Could not resolve proxy", 23}, NB_FAILURE_PROXY},
        {{"Couldn't connect", 16}, NB_FAILURE_CONNECT},
        {{"Could not connect", 17}, NB_FAILURE_CONNECT},
        {{"Timeout", 7}, NB_FAILURE_TIMEOUT},
        {{"not a feed", 10}, NB_FAILURE_NO_FEED},
        {{"feed:", 5}, NB_FAILURE_UNREADABLE},
        {{"TLS: ", 5}, NB_FAILURE_TLS},
        {{"SSL ", 4}, NB_FAILURE_TLS},
        {{"Problem with the", 16}, NB_FAILURE_CA},
        {{"robots.txt", 10}, NB_FAILURE_ROBOTS},
        {{"the address is private", 22}, NB_FAILURE_PRIVATE},
        {{"the URL cannot be asked", 23}, NB_FAILURE_ADDRESS},
        {{"a redirect", 10}, NB_FAILURE_REDIRECT},
        {{"more than 5 redirects", 21}, NB_FAILURE_REDIRECT},
        {{"the body is over", 16}, NB_FAILURE_TOO_LARGE},
        {{"the headers are over", 20}, NB_FAILURE_TOO_LARGE},
        {{"memory limit", 12}, NB_FAILURE_TOO_LARGE},
        {{"a wall against robots", 21}, NB_FAILURE_WALL},
        {{"it leads to a login", 19}, NB_FAILURE_LOGIN},
    };
    static const struct {
        uint32_t from, to;
        enum nb_failure failure;
    } statuses[] = {
        {404, 404, NB_FAILURE_MISSING}, {410, 410, NB_FAILURE_GONE},
        {401, 401, NB_FAILURE_LOGIN},   {403, 403, NB_FAILURE_FORBIDDEN},
        {429, 429, NB_FAILURE_BUSY},    {503, 503, NB_FAILURE_BUSY},
        {400, 499, NB_FAILURE_REFUSED}, {500, 599, NB_FAILURE_BROKEN},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (nb_slice_starts(text, texts[i].start)) {
            return texts[i].failure;
        }
    }
    struct nb_slice status_text = NB_LIT("HTTP status ");
    int64_t told = 0;
    if (nb_slice_starts(text, status_text) &&
        nb_slice_to_i64(nb_slice_sub(text, status_text.len, text.len), &told)) {
        status = (uint32_t)told; /* of the failure; later answers may have been about others */
    }
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (status >= statuses[i].from && status <= statuses[i].to) {
            return statuses[i].failure;
        }
    }
    return NB_FAILURE_NETWORK;
}
