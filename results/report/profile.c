/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Below a table of settings what the program and the collector did in each: objects and rates; what
 * survives, and where the time goes. Means alone: differences are for what one decides by. */
#include <stdlib.h>

#include "results/report/parts.h"
#include "sim/base/html.h"

static const char *const captions[PROFILE_PARTS] = {
    [PROFILE_OBJECTS] = "<a href=\"#generations\">objects</a>, and how fast they come and grow old",
    [PROFILE_COLLECTIONS] =
        "what <a href=\"#generations\">survives</a>, time by generation, and latencies",
};

static void write_caption(const struct page *page, const struct ranking_group *group, int part,
                          const char *id)
{
    fprintf(page->out, "<p class=\"caption\" id=\"%s\">", id);
    html_spec(page->out, group->title);
    fprintf(page->out, ": %s</p>\n", captions[part]);
}

static void write_setting(const struct page *page, const struct ranked_setting *ranked,
                          const struct columns *columns, bool baseline)
{
    struct estimate *means = columns_means(columns, page->outcomes, ranked->setting);
    page_begin_setting(page, ranked->setting, baseline);
    for (size_t i = 0; i < columns->count; i++)
        page_value(page, ranked->setting, columns->metrics[i], means[i], NULL);
    fputs("</tr>\n", page->out);
    free(means);
}

static void write_table(const struct page *page, const struct ranking_group *group, size_t number,
                        int part)
{
    const struct columns *columns = &page->report->profile[part];
    char id[48];
    snprintf(id, sizeof id, "profile-%zu-%d", number, part + 1);
    write_caption(page, group, part, id);
    page_begin_settings(page, "profile", id);
    for (size_t i = 0; i < columns->count; i++)
        page_head(page, columns->metrics[i]);
    fputs("</tr></thead>\n<tbody>\n", page->out);
    for (size_t i = 0; i < group->count; i++)
        write_setting(page, &group->settings[i], columns,
                      group->settings[i].setting == group->of->baseline);
    fputs("</tbody>\n</table>\n</div>\n", page->out);
}

void page_profile(const struct page *page, const struct ranking_group *group, size_t number)
{
    for (int part = 0; part < PROFILE_PARTS; part++)
        if (page->report->profile[part].count)
            write_table(page, group, number, part);
}
