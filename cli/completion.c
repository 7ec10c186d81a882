/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A script is a fixed part, which knows its shell, and functions with the words of the tables. */
#include "cli/completion.h"

#include <string.h>

#include "cli/command.h"
#include "policies/registry.h"
#include "workloads/registry.h"

const char *const completion_shells[] = {"bash", "zsh", NULL};

/* ---- words of rows -------------------------------------------------------------------------- */

static const struct registry *const kinds[] = {&policy_registry, &workload_registry, NULL};

/* What there is to choose from for a row, each after a space. */
static void put_words(const struct param *param)
{
    static const char *const flag[] = {"no", "yes", NULL};
    const char *const *words = param->type == PARAM_FLAG ? flag : param->choices;
    for (size_t i = 0; words && words[i]; i++)
        printf(" %s", words[i]);
    for (size_t i = 0; param->registry && registry_name(param->registry, i); i++)
        printf(" %s", registry_name(param->registry, i));
    if (param->absent)
        printf(" %s", param->absent);
}

static bool has_words(const struct param *param)
{
    return param->type == PARAM_FLAG || param->choices || param->registry || param->absent;
}

/* Cases of the keys of a component, or a table of rows that is made into one, and of what each may
 * be. */
static void put_rows(const char *prefix, const struct component *component)
{
    const struct param *param;
    printf("    %s) echo", prefix);
    for (size_t i = 0; (param = component_param(component, i)); i++)
        printf(" %s", param->name);
    puts(" ;;");
    for (size_t i = 0; (param = component_param(component, i)); i++) {
        if (param->type != PARAM_PATH && !has_words(param))
            continue;
        printf("    %s:%s) echo", prefix, param->name);
        if (param->type == PARAM_PATH)
            printf(" FILE");
        put_words(param);
        puts(" ;;");
    }
}

/* Rules of options that are made of rows: their names are those of the options. */
static void put_rules(void)
{
    const struct command_option *option;
    const struct param *put = NULL;
    for (size_t s = 0; subcommands[s]; s++)
        for (size_t i = 0; (option = option_at(subcommands[s], i)); i++)
            if (option->param.parts && option->param.parts != put) {
                put = option->param.parts;
                put_rows(option->param.name, &(struct component){.params = put});
            }
}

/* A function that both shells understand: of policies, the names; of policies:freeze, its keys; of
 * policies:freeze:on, the words it takes, or FILE. */
static void put_specifications(void)
{
    puts("_pygcsim_rows() {\n    case $1 in");
    for (size_t k = 0; kinds[k]; k++) {
        const struct component *const *components = kinds[k]->components;
        printf("    %s) echo", kinds[k]->list);
        for (size_t i = 0; components[i]; i++)
            printf(" %s", components[i]->name);
        puts(" ;;");
        for (size_t i = 0; components[i]; i++) {
            char prefix[96];
            snprintf(prefix, sizeof prefix, "%s:%s", kinds[k]->list, components[i]->name);
            put_rows(prefix, components[i]);
        }
    }
    put_rules();
    puts("    esac\n}\n");
}

static const char *spec_kind(const struct param *param)
{
    return param->registry && param->registry->components ? param->registry->list : NULL;
}

static bool is_list(const struct param *param)
{
    return param->type == PARAM_RULE && param->registry;
}

/* ---- bash ----------------------------------------------------------------------------------- */

static const char bash_begin[] = "# pygcsim in bash; written by `pygcsim help --completion bash`.\n"
                                 "\n";

static const char bash_end[] =
    "# Offers $1 and each of the other words that begins with $2.\n"
    "_pygcsim_offer() {\n"
    "    local before=$1 typed=$2 word\n"
    "    shift 2\n"
    "    for word; do\n"
    "        [[ $word == \"$typed\"* ]] && COMPREPLY+=(\"$before$word\")\n"
    "    done\n"
    "}\n"
    "\n"
    "_pygcsim_files() { # what stands before; what is typed; -f or -d\n"
    "    local file\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    while IFS= read -r file; do\n"
    "        COMPREPLY+=(\"$1$file\")\n"
    "    done < <(compgen \"$3\" -- \"$2\")\n"
    "}\n"
    "\n"
    "_pygcsim_pairs() { # what stands before; the end of that which is typed; whose rows\n"
    "    local before=$1 typed=$2 key=${2%%=*} words\n"
    "    if [[ $typed != *=* ]]; then\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        words=$(_pygcsim_rows \"$3\")\n"
    "        [[ $words ]] && _pygcsim_offer \"$before\" \"$typed\" ${words// /= }=\n"
    "        return\n"
    "    fi\n"
    "    words=$(_pygcsim_rows \"$3:$key\")\n"
    "    if [[ $words == FILE ]]; then\n"
    "        _pygcsim_files \"$before$key=\" \"${typed#*=}\" -f\n"
    "    else\n"
    "        _pygcsim_offer \"$before$key=\" \"${typed#*=}\" $words\n"
    "    fi\n"
    "}\n"
    "\n"
    "_pygcsim_value() { # what stands before; what is typed; the kind of value, and its words\n"
    "    local before=$1 typed=$2 kind=$3 last=${2##*[:,]}\n"
    "    local head=$before${typed%\"$last\"}\n"
    "    shift 3\n"
    "    case $kind in\n"
    "    file) _pygcsim_files \"$before\" \"$typed\" -f ;;\n"
    "    folder) _pygcsim_files \"$before\" \"$typed\" -d ;;\n"
    "    words) _pygcsim_offer \"$before\" \"$typed\" \"$@\" ;;\n"
    "    list)\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        _pygcsim_offer \"$head\" \"$last\" \"$@\"\n"
    "        ;;\n"
    "    rule) _pygcsim_pairs \"$head\" \"$last\" \"$1\" ;;\n"
    "    spec)\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        if [[ $1 == policies && $typed == *+* ]]; then # the last of those that are joined\n"
    "            last=${typed##*+}\n"
    "            last=${last#\"${last%%[! ]*}\"}\n"
    "            before+=${typed%\"$last\"} typed=$last last=${last##*[:,]}\n"
    "        fi\n"
    "        if [[ $typed == *:* ]]; then\n"
    "            _pygcsim_pairs \"$head\" \"$last\" \"$1:${typed%%:*}\"\n"
    "        else\n"
    "            _pygcsim_offer \"$before\" \"$typed\" $(_pygcsim_rows \"$1\")\n"
    "        fi\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "# readline replaces only what follows the last = or : of a word, if it breaks words there.\n"
    "_pygcsim_cut() {\n"
    "    local word=$1 breaks=${COMP_WORDBREAKS-} before= c i\n"
    "    for c in = :; do\n"
    "        [[ $breaks == *$c* && $word == *$c* ]] || continue\n"
    "        c=${word%\"${word##*$c}\"}\n"
    "        ((${#c} > ${#before})) && before=$c\n"
    "    done\n"
    "    for i in \"${!COMPREPLY[@]}\"; do\n"
    "        COMPREPLY[i]=${COMPREPLY[i]#\"$before\"}\n"
    "    done\n"
    "}\n"
    "\n"
    "_pygcsim() {\n"
    "    local -a words=()\n"
    "    local i piece last= word option kind\n"
    "    COMPREPLY=()\n"
    "    # Words as they were typed: bash has broken them at = and :.\n"
    "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
    "        piece=${COMP_WORDS[i]-}\n"
    "        if ((i > 1)) && [[ $piece == [=:]* || $last == *[=:] ]] &&\n"
    "            [[ -z ${COMP_LINE-} || ${COMP_LINE:0:COMP_POINT} == *\"$last$piece\"* ]] &&\n"
    "            [[ $piece || -z ${COMP_LINE-} || ${COMP_LINE:0:COMP_POINT} == *\"$last\" ]]; "
    "then\n"
    "            words[${#words[@]} - 1]=$last$piece\n"
    "        else\n"
    "            words+=(\"$piece\")\n"
    "        fi\n"
    "        last=${words[${#words[@]} - 1]}\n"
    "    done\n"
    "    word=$last\n"
    "    option=${words[${#words[@]} - 2]}\n"
    "    if ((${#words[@]} <= 2)); then\n"
    "        _pygcsim_offer '' \"$word\" $(_pygcsim_options '') --help --version\n"
    "        return\n"
    "    fi\n"
    "    if [[ $word == --*=* ]]; then\n"
    "        _pygcsim_value \"${word%%=*}=\" \"${word#*=}\" \\\n"
    "            $(_pygcsim_kind \"${words[1]} ${word%%=*}=\")\n"
    "    elif [[ $option == -* ]] && kind=$(_pygcsim_kind \"${words[1]} $option\") && [[ $kind ]]; "
    "then\n"
    "        _pygcsim_value '' \"$word\" $kind\n"
    "    elif [[ $word == -* ]]; then\n"
    "        _pygcsim_offer '' \"$word\" $(_pygcsim_options \"${words[1]}\")\n"
    "    else\n"
    "        _pygcsim_value '' \"$word\" $(_pygcsim_kind \"${words[1]}\")\n"
    "    fi\n"
    "    _pygcsim_cut \"$word\"\n"
    "}\n"
    "\n"
    "complete -F _pygcsim pygcsim\n";

/* Of the value of a row: what _pygcsim_value is told. */
static void put_kind(const struct command_option *option)
{
    const struct param *param = &option->param;
    printf(") echo ");
    if (param->parts) {
        printf("rule %s", param->name);
    } else if (spec_kind(param)) {
        printf("spec %s", spec_kind(param));
    } else if (param->type == PARAM_PATH || param->type == PARAM_FOLDER) {
        printf(param->type == PARAM_PATH ? "file" : "folder");
    } else {
        printf(is_list(param) ? "list" : "words");
        put_words(param);
    }
    puts(" ;;");
}

/* One that needs no value has it in the same word only, behind the =. */
static void put_kind_names(const struct subcommand *subcommand, const struct command_option *option)
{
    const char *names[] = {option->param.name, option->param.also};
    printf("    ");
    for (size_t n = 0; n < 2 && names[n]; n++) {
        printf("%s'%s --%s='", n ? " | " : "", subcommand->name, names[n]);
        if (!option->alone)
            printf(" | '%s --%s'", subcommand->name, names[n]);
    }
    if (option->letter)
        printf(" | '%s -%c'", subcommand->name, option->letter);
}

static void put_kinds(const struct subcommand *subcommand)
{
    const struct command_option *option;
    for (size_t i = 0; (option = option_at(subcommand, i)); i++) {
        if (option->param.type == PARAM_SWITCH)
            continue;
        put_kind_names(subcommand, option);
        put_kind(option);
    }
    if (subcommand->argument) {
        printf("    %s", subcommand->name);
        put_kind(subcommand->argument);
    }
}

static void put_option_names(const struct subcommand *subcommand)
{
    const struct command_option *option;
    printf("    %s) echo", subcommand->name);
    for (size_t i = 0; (option = option_at(subcommand, i)); i++) {
        printf(" --%s", option->param.name);
        if (option->param.also)
            printf(" --%s", option->param.also);
    }
    puts(" ;;");
}

static void print_bash(void)
{
    fputs(bash_begin, stdout);
    put_specifications();
    puts("# The options of a command; of none, the commands.\n"
         "_pygcsim_options() {\n    case $1 in");
    printf("    '') echo");
    for (size_t i = 0; subcommands[i]; i++)
        printf(" %s", subcommands[i]->name);
    puts(" ;;");
    for (size_t i = 0; subcommands[i]; i++)
        put_option_names(subcommands[i]);
    puts("    esac\n}\n\n"
         "# What the value of 'COMMAND OPTION' is, or an argument of COMMAND; nothing: it has "
         "none.\n"
         "_pygcsim_kind() {\n    case $1 in");
    for (size_t i = 0; subcommands[i]; i++)
        put_kinds(subcommands[i]);
    puts("    esac\n}\n");
    fputs(bash_end, stdout);
}

/* ---- zsh ------------------------------------------------------------------------------------ */

static const char zsh_begin[] = "#compdef pygcsim\n"
                                "# pygcsim in zsh; written by `pygcsim help --completion zsh`.\n"
                                "\n";

static const char zsh_pairs[] = "_pygcsim_pairs() { # whose rows\n"
                                "    local key=${PREFIX%%=*}\n"
                                "    local -a words\n"
                                "    if [[ $PREFIX != *=* ]]; then\n"
                                "        words=($(_pygcsim_rows $1))\n"
                                "        compadd -S = -- $words\n"
                                "        return\n"
                                "    fi\n"
                                "    compset -P '*='\n"
                                "    words=($(_pygcsim_rows $1:$key))\n"
                                "    if [[ $words == FILE ]]; then\n"
                                "        _files\n"
                                "    else\n"
                                "        compadd -- $words\n"
                                "    fi\n"
                                "}\n"
                                "\n"
                                "_pygcsim_rule() {\n"
                                "    compset -P '*,'\n"
                                "    _pygcsim_pairs $1\n"
                                "}\n"
                                "\n"
                                "_pygcsim_spec() {\n"
                                "    [[ $1 == policies ]] && compset -P '*+( )#'\n"
                                "    local name=${PREFIX%%:*}\n"
                                "    if [[ $PREFIX != *:* ]]; then\n"
                                "        compadd -S '' -- $(_pygcsim_rows $1)\n"
                                "        return\n"
                                "    fi\n"
                                "    compset -P '*[:,]'\n"
                                "    _pygcsim_pairs $1:$name\n"
                                "}\n"
                                "\n"
                                "_pygcsim_list() { # names, with commas in between\n"
                                "    compset -P '*,'\n"
                                "    compadd -S '' -- $@\n"
                                "}\n"
                                "\n";

static const char zsh_end[] = "if [[ $funcstack[1] == _pygcsim ]]; then\n"
                              "    _pygcsim \"$@\"\n"
                              "else\n"
                              "    compdef _pygcsim pygcsim\n"
                              "fi\n";

/* Between single quotes; brackets end a description, and colons a part of what describes an option.
 */
static void put_quoted(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (*text == '[' || *text == ']')
            putchar(*text == '[' ? '(' : ')');
        else if (*text == ':')
            fputs("\\:", stdout);
        else
            putchar(*text);
    }
}

/* ":NAME:what completes it" */
static void put_action(const struct command_option *option, const char *name)
{
    const struct param *param = &option->param;
    putchar(':');
    put_quoted(name);
    putchar(':');
    if (param->parts) {
        printf(" _pygcsim_rule %s", param->name);
    } else if (spec_kind(param)) {
        printf(" _pygcsim_spec %s", spec_kind(param));
    } else if (param->type == PARAM_PATH) {
        printf("_files");
    } else if (param->type == PARAM_FOLDER) {
        printf("_files -/");
    } else if (has_words(param)) {
        printf(is_list(param) ? " _pygcsim_list" : "(");
        put_words(param);
        if (!is_list(param))
            putchar(')');
    } else {
        putchar(' ');
    }
}

/* The names of an option, each after a space. */
static void put_names(const struct command_option *option)
{
    if (option->letter)
        printf(" -%c", option->letter);
    printf(" --%s", option->param.name);
    if (option->param.also)
        printf(" --%s", option->param.also);
}

/* '(what it excludes)--name=[meaning]:NAME:action', on a line. */
static void put_one_name(const struct subcommand *subcommand, const struct command_option *option,
                         const char *dashes, const char *name)
{
    const struct command_option *other;
    bool value = option->param.type != PARAM_SWITCH;
    fputs(" \\\n            '", stdout);
    if (option->times > 1) {
        putchar('*');
    } else {
        putchar('(');
        put_names(option);
        for (size_t i = 0; (other = option_at(subcommand, i)); i++)
            if (option->rival && other != option && other->rival == option->rival)
                put_names(other);
        putchar(')');
    }
    printf("%s%s%s[", dashes, name, !value ? "" : option->alone ? "=-" : dashes[1] ? "=" : "+");
    put_quoted(option->param.meaning);
    putchar(']');
    if (option->alone)
        putchar(':');
    if (value)
        put_action(option, option->argument);
    putchar('\'');
}

static void put_arguments(const struct subcommand *subcommand)
{
    const struct command_option *option, *argument = subcommand->argument;
    printf("        %s)\n            _arguments -s -S", subcommand->name);
    for (size_t i = 0; (option = option_at(subcommand, i)); i++) {
        char letter[] = {option->letter, '\0'};
        put_one_name(subcommand, option, "--", option->param.name);
        if (option->param.also)
            put_one_name(subcommand, option, "--", option->param.also);
        if (option->letter)
            put_one_name(subcommand, option, "-", letter);
    }
    if (argument) {
        printf(" \\\n            '%s", argument->times > 1 ? "*" : "1");
        put_action(argument, argument->what);
        putchar('\'');
    }
    puts(" && ret=0\n            ;;");
}

static void print_zsh(void)
{
    fputs(zsh_begin, stdout);
    put_specifications();
    fputs(zsh_pairs, stdout);
    puts("_pygcsim() {\n"
         "    local curcontext=$curcontext state line ret=1\n"
         "    typeset -A opt_args\n"
         "    local -a commands=(");
    for (size_t i = 0; subcommands[i]; i++) {
        printf("        '%s:", subcommands[i]->name);
        put_quoted(subcommands[i]->summary);
        puts("'");
    }
    puts("    )\n"
         "    _arguments -C '(- *)--help[print help]' '(- *)--version[print the version]' \\\n"
         "        '1:command:->command' '*::argument:->argument' && ret=0\n"
         "    case $state in\n"
         "    command) _describe -t commands command commands && ret=0 ;;\n"
         "    argument)\n"
         "        case $words[1] in");
    for (size_t i = 0; subcommands[i]; i++)
        put_arguments(subcommands[i]);
    puts("        esac\n"
         "        ;;\n"
         "    esac\n"
         "    return ret\n"
         "}\n");
    fputs(zsh_end, stdout);
}

void completion_print(enum completion_shell shell)
{
    (shell == COMPLETION_BASH ? print_bash : print_zsh)();
}
