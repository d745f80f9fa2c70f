#include <nabiz/thread.h>

#include <signal.h>
#include <stdio.h>

#include <nabiz/mem.h>

struct start {
    nb_thread_fn *fn;
    void *arg;
    char name[16]; /* the kernel's limit, NUL included */
};

static void *thread_main(void *arg)
{
    struct start start = *(struct start *)arg;
    nb_free(arg);
    (void)pthread_setname_np(pthread_self(), start.name);
    start.fn(start.arg);
    return NULL;
}

enum nb_err nb_thread_start(struct nb_thread *thread, const char *name, nb_thread_fn *fn, void *arg)
{
    *thread = (struct nb_thread){0};
    struct start *start = nb_malloc(sizeof(*start));
    if (!start) {
        return NB_ENOMEM;
    }
    *start = (struct start){.fn = fn, .arg = arg};
    (void)snprintf(start->name, sizeof(start->name), "%s", name);

    /* The new thread inherits the mask: block everything around its birth. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&thread->id, NULL, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        nb_free(start);
        return NB_ESYS;
    }
    thread->started = true;
    return NB_OK;
}

void nb_thread_join(struct nb_thread *thread)
{
    if (thread->started) {
        pthread_join(thread->id, NULL);
        thread->started = false;
    }
}
