# SPDX-License-Identifier: GPL-3.0-or-later
"""A page as a tree, and what is wrong with it: well-formed, accessible, loading nothing. The parser is
Python's, which takes anything; so what HTML says about nesting, attributes and references is checked here."""
import base64
import hashlib
import re
from html.parser import HTMLParser

VOID = {"meta", "wbr", "br", "hr", "img", "input", "link"}
TEXT_ONLY = {"title", "script", "style"}  # no elements in them
PHRASING = {"a", "code", "em", "strong", "i", "b", "span", "small", "wbr", "button"}
# Elements with rules about what they may hold; others may hold anything.
CONTENT = {**{name: PHRASING for name in
              ("p", "h1", "h2", "h3", "h4", "dt", "pre", "summary", "figcaption", *PHRASING)},
           "table": {"caption", "thead", "tbody"}, "thead": {"tr"}, "tbody": {"tr"},
           "tr": {"th", "td"}, "ul": {"li"}, "dl": {"dt", "dd"}, "html": {"head", "body"}}
ENTITIES = r"&(?!(amp|lt|gt|quot|#\d+|#x[0-9a-f]+);)"


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children = tag, attributes, parent, []

    def __getitem__(self, name):
        return self.attributes.get(name)

    def all(self, tag=None, **attributes):
        """Those below it with that tag and those attributes, in order. `cls` is one of the classes."""
        wanted = attributes.pop("cls", None)
        for child in self.children:
            if isinstance(child, Element):
                if ((tag is None or child.tag == tag)
                        and all(child[name] == value for name, value in attributes.items())
                        and (wanted is None or wanted in (child["class"] or "").split())):
                    yield child
                yield from child.all(tag, **attributes, **({"cls": wanted} if wanted else {}))

    def one(self, tag=None, **attributes):
        found = list(self.all(tag, **attributes))
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]

    def text(self):
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def words(self):
        """The text as it is read."""
        return " ".join(self.text().split())

    def inside(self, tag):
        return self.parent is not None and (self.parent.tag == tag or self.parent.inside(tag))


class Page(HTMLParser):
    """`root`, the tree, and `wrong`, what is wrong with it as lines."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.source, self.wrong = source, []
        self.root = self.here = Element("", {}, None)
        self.feed(source)
        self.close()
        if self.here is not self.root:
            self.wrong.append(f"<{self.here.tag}> is never closed")
        self.check()

    # ---- the tree

    def handle_starttag(self, tag, attributes, closed=False):
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.wrong.append(f"<{tag}> has an attribute twice: {names}")
        allowed = CONTENT.get(self.here.tag)
        if allowed is not None and tag not in allowed and not self.here.inside("svg"):
            self.wrong.append(f"<{tag}> in <{self.here.tag}>, line {self.getpos()[0]}")
        element = Element(tag, dict(attributes), self.here)
        self.here.children.append(element)
        if tag not in VOID and not closed:
            self.here = element

    def handle_startendtag(self, tag, attributes):
        if self.here.tag != "svg" and not self.here.inside("svg"):
            self.wrong.append(f"<{tag}/> outside of a picture")
        self.handle_starttag(tag, attributes, closed=True)

    def handle_endtag(self, tag):
        if tag != self.here.tag:
            self.wrong.append(f"</{tag}> closes <{self.here.tag}>, line {self.getpos()[0]}")
        self.here = self.here.parent or self.root

    def handle_data(self, data):
        self.here.children.append(data)

    # ---- what is wrong

    def check(self):
        self.check_head()
        self.check_identifiers()
        self.check_text()
        self.check_outline()
        self.check_tables()
        self.check_pictures()

    def complain_unless(self, condition, why):
        if not condition:
            self.wrong.append(why)

    def check_head(self):
        root = self.root
        self.complain_unless(self.source.startswith("<!doctype html>\n"), "no doctype")
        self.complain_unless(root.one("html")["lang"] == "en", "no language")
        self.complain_unless(root.one("head").one("title").words(), "no title")
        metas = {meta["name"] or meta["http-equiv"] or "charset": meta for meta in root.all("meta")}
        self.complain_unless(metas["charset"]["charset"] == "utf-8", "no character set")
        self.complain_unless("width=device-width" in metas["viewport"]["content"], "no viewport")
        policy = dict(part.strip().split(" ", 1)
                      for part in metas["Content-Security-Policy"]["content"].split(";"))
        self.complain_unless(policy["default-src"] == "'none'", f"policy {policy}")
        for tag in ("script", "style"):
            digest = hashlib.sha256(root.one(tag).text().encode()).digest()
            self.complain_unless(policy[tag + "-src"] == f"'sha256-{base64.b64encode(digest).decode()}'",
                                 f"the policy does not name the {tag}")

    def check_identifiers(self):
        identifiers = [element["id"] for element in self.root.all() if element["id"] is not None]
        self.complain_unless(len(identifiers) == len(set(identifiers)), "an identifier twice")
        known = set(identifiers)
        for element in self.root.all():
            for name, value in element.attributes.items():
                for target in ((value or "").split() if name in ("aria-labelledby", "aria-describedby")
                               else re.findall(r"url\(#(.*?)\)", value or "")):
                    self.complain_unless(target in known, f"{name}={value}: no such identifier")
                self.complain_unless(not name.startswith("on") and name != "src",
                                     f"attribute {name} of <{element.tag}>")
            target = element["href"] or element["xlink:href"]
            if target is not None and target.startswith("#"):
                self.complain_unless(target[1:] in known, f"href={target}: no such identifier")
            elif target is not None:
                self.complain_unless(element.tag == "a" and re.match(r"https://doi\.org/10\.\d+/", target),
                                     f"<{element.tag} href={target}>")

    def check_text(self):
        without = re.sub(r"<(script|style)>.*?</\1>", "", self.source, flags=re.S)
        self.complain_unless(not re.search(ENTITIES, without), "a bare &")
        self.complain_unless(not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", self.source), "a control character")
        for element in self.root.all():
            if element.tag in TEXT_ONLY and not element.inside("svg"):
                self.complain_unless(all(isinstance(child, str) for child in element.children),
                                     f"an element in <{element.tag}>")

    def check_outline(self):
        levels = [int(element.tag[1]) for element in self.root.all() if re.fullmatch(r"h\d", element.tag)]
        self.complain_unless(levels.count(1) == 1 and levels[0] == 1, "not one h1, first of all")
        for before, after in zip(levels, levels[1:]):
            self.complain_unless(after <= before + 1, f"h{after} follows h{before}")

    def check_tables(self):
        for table in self.root.all("table"):
            widths = {len(row.children) for row in
                      ([child for child in row.children if isinstance(child, Element)]
                       and row for row in table.all("tr"))}
            self.complain_unless(len(widths) == 1, f"a table with rows of {widths} cells")
            for head in table.all("th"):
                self.complain_unless(head["scope"] in ("col", "row"), "<th> without scope")
            box = table.parent
            self.complain_unless("scroll" in (box["class"] or "").split() and box["tabindex"] == "0"
                                 and (box["aria-label"] or box["aria-labelledby"]),
                                 "a table outside of a box that scrolls")

    def check_pictures(self):
        for picture in self.root.all("svg"):
            if picture.inside("svg"):
                continue
            title = picture.one("title")
            self.complain_unless(picture["role"] == "img" and picture["viewbox"], "no size or role")
            self.complain_unless(picture["aria-labelledby"] == title["id"] and title.words(),
                                 "a picture without a title")
            self.complain_unless(picture.inside("figure"), "a picture outside of a figure")
