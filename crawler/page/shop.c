#include "crawler/page/shop.h"

/*
 * A product has few carts: one each for the page, for what sticks to the screen, and for what goes
 * with it. A list has one for each row; between the two numbers it may be either.
 */
enum { CARTS_FEW = 6, CARTS_MANY = 12, NAME_MAX_BYTES = 200 };

static bool has_in_order(struct nb_slice text, struct nb_slice first, struct nb_slice second)
{
    size_t at = nb_slice_find(text, first, 0);
    return at != NB_NPOS && nb_slice_find(text, second, at + first.len) != NB_NPOS;
}

/* "add-to-cart", "AddToBasket", "/cart/add" */
static bool is_cart(struct nb_slice name)
{
    char low[NAME_MAX_BYTES];
    size_t n = name.len < sizeof(low) ? name.len : sizeof(low);
    for (size_t i = 0; i < n; i++) {
        low[i] = nb_ascii_lower(name.p[i]);
    }
    struct nb_slice text = nb_slice(low, n);
    return has_in_order(text, NB_LIT("add"), NB_LIT("cart")) ||
           has_in_order(text, NB_LIT("add"), NB_LIT("basket")) ||
           has_in_order(text, NB_LIT("add"), NB_LIT("bag")) ||
           has_in_order(text, NB_LIT("cart"), NB_LIT("add"));
}

static bool fills_cart(const struct nb_dom *dom, uint32_t node)
{
    switch (dom->nodes[node].tag) {
    case NB_TAG_A:
    case NB_TAG_BUTTON:
    case NB_TAG_FORM:
    case NB_TAG_INPUT:
        return is_cart(nb_dom_attr(dom, node, "class")) || is_cart(nb_dom_attr(dom, node, "id")) ||
               is_cart(nb_dom_attr(dom, node, "name")) || is_cart(nb_dom_attr(dom, node, "action"));
    default:
        return false;
    }
}

static bool is_product(struct nb_slice type)
{
    struct nb_slice name = NB_LIT("schema.org/Product");
    return type.len >= name.len &&
           nb_slice_eq(nb_slice_sub(type, type.len - name.len, type.len), name);
}

enum nb_page_type nb_page_shop(const struct nb_dom *dom)
{
    size_t carts = 0;
    size_t products = 0;
    for (uint32_t i = 1; i < dom->n; i++) {
        if (dom->nodes[i].attrs_n) {
            carts += fills_cart(dom, i);
            products += is_product(nb_dom_attr(dom, i, "itemtype"));
        }
    }
    if (products == 1 || (!products && carts >= 1 && carts <= CARTS_FEW)) {
        return NB_PAGE_PRODUCT;
    }
    return products >= NB_SHOP_LIST_MIN || carts > CARTS_MANY ? NB_PAGE_LISTING : NB_PAGE_UNKNOWN;
}
