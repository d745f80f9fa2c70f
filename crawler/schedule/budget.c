#include "crawler/schedule/budget.h"

#include <math.h>
#include <stdbool.h>

#include "crawler/schedule/fade.h"

#define UNIT 4294967296.0
#define MS_PER_DAY 86400000.0
#define SLOWEST_MS (180 * MS_PER_DAY)
#define FASTEST_MS (MS_PER_DAY / 24)
#define RECENT_MS (7 * MS_PER_DAY)
#define RECENT_UNIT 1048576.0
#define FAR_OVER 1.4
#define FAR_UNDER 0.4
#define LONGEST_STEP_MS 3600000.0
#define LARGEST_STEP 0.1
#define MOST_S 1e9
#define MET_UNIT 1024.0
#define RANGE 4096.0 /* the price stays within that factor of where it began */

/* The price at which a source of one item a day is asked once in an average pause. */
static double first_price_s(const struct nb_allowance *allowance)
{
    return allowance->average_s * allowance->average_s / (2 * 86400.0);
}

static double clamp(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

double nb_budget_price_s(const struct nb_budget *budget, const struct nb_allowance *allowance)
{
    double first_s = first_price_s(allowance);
    double price_s = budget->price > 0 ? (double)budget->price / UNIT : first_s;
    double most_s = first_s * RANGE < MOST_S ? first_s * RANGE : MOST_S;
    return clamp(price_s, first_s / RANGE, most_s);
}

/* The mean of the square roots of items a day; before anything is known one source has one. */
static double mean_root(const struct nb_budget *budget)
{
    return ((double)budget->met_sum / MET_UNIT + 1) / ((double)budget->met_n + 1);
}

void nb_budget_meet(struct nb_budget *budget, const struct nb_allowance *allowance,
                    double items_per_s)
{
    double price_s = nb_budget_price_s(budget, allowance);
    double before = mean_root(budget);
    budget->met_n++;
    budget->met_sum += (int64_t)(sqrt(items_per_s * MS_PER_DAY / 1000) * MET_UNIT + 0.5);
    double change = mean_root(budget) / before;
    budget->price = (int64_t)(price_s * change * change * UNIT + 0.5);
}

void nb_budget_spend(struct nb_budget *budget, const struct nb_allowance *allowance, int64_t now_ms)
{
    double price_s = nb_budget_price_s(budget, allowance);
    if (budget->since_ms == 0) {
        budget->since_ms = budget->at_ms = now_ms;
    }
    double passed_ms = clamp((double)(now_ms - budget->at_ms), 0, LONGEST_STEP_MS);
    double watched_ms = (double)(now_ms - budget->since_ms);
    double follow_ms = clamp(watched_ms / 2, FASTEST_MS, SLOWEST_MS);
    double recent = (double)budget->recent / RECENT_UNIT * nb_fade(passed_ms / RECENT_MS) + 1;
    double usual = allowance->per_ms * RECENT_MS * (1 - nb_fade(watched_ms / RECENT_MS));
    bool far = watched_ms > RECENT_MS && (recent > usual * FAR_OVER || recent < usual * FAR_UNDER);
    follow_ms = far ? clamp(follow_ms, FASTEST_MS, MS_PER_DAY) : follow_ms;
    double excess = 1 - allowance->per_ms * passed_ms;
    double step = clamp(excess / (allowance->per_ms * follow_ms), -LARGEST_STEP, LARGEST_STEP);
    price_s *= 1 + step;
    budget->price = (int64_t)(price_s * UNIT + 0.5);
    budget->at_ms = now_ms;
    budget->recent = (int64_t)(recent * RECENT_UNIT + 0.5);
}
