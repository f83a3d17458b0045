"""Pages that are rejected, with the reason, and news that resembles them."""

import pytest

NEWS = "The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday. "


def page(title, *paragraphs):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><main>{body}</main></body></html>"


def test_http_status(read_one):
    row = read_one(page("A page", NEWS * 5), http_status=404)
    assert (row["reason"], row["kind"]) == ("http_status", None)
    assert "404" in row["detail"]
    assert read_one(page("A page", NEWS * 5), http_status=200)["reason"] is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404 Not Found", "The requested address was not found on this server."),
        ("Page not found", "The page you are looking for was moved, removed or might never have existed."),
        ("页面不存在", "您访问的页面已被移动或删除，请检查您输入的网址是否正确。"),
        ("ページが見つかりません", "お探しのページは移動または削除された可能性があります。"),
        ("Page introuvable", "La page que vous recherchez a été déplacée ou supprimée."),
        ("Seite nicht gefunden", "Die gesuchte Seite wurde leider verschoben oder gelöscht."),
        ("The Daily Example", "Sorry, the page you are looking for is gone. Try the search instead."),
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", "text/plain"])
def test_soft_404s_are_rejected(read_one, title, text, content_type):
    body = page(title, text) if content_type == "text/html" else f"{title}\n\n{text}\n\n\n\nHome\n"
    assert read_one(body, content_type=content_type)["reason"] == "not_found_page"


def test_title_of_a_missing_page_above_other_text_of_the_site(read_one):
    assert read_one(page("Page not found", NEWS * 12))["reason"] == "not_found_page"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404 Media starts a podcast", "The four reporters will speak about machine-made pictures each Friday."),
        ("Minister's page removed", "The network said on Tuesday that it had removed the minister's page by mistake."),
        ("Lost page of Archimedes found", NEWS),
        ("Page not found: how servers say no", NEWS * 12),
    ],
)
def test_news_about_missing_pages_is_kept(read_one, title, text):
    assert read_one(page(title, text))["reason"] is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("We value your privacy", "We and our partners store and access information on your device such as cookies."),
        ("我们重视您的隐私", "本网站使用 Cookie 以改善您的浏览体验。继续访问即表示您同意我们的隐私政策。"),
        ("お知らせ", "当サイトでは利便性向上のため Cookie を使用しています。"),
        ("Le Quotidien", "Nous et nos partenaires utilisons des cookies pour améliorer votre expérience."),
        ("Das Blatt", "Wir und unsere 140 Partner verwenden auf dieser Seite Cookies."),
        ("Das Blatt", "Um das Angebot zu lesen, akzeptieren Sie alle Cookies oder schließen Sie ein Abonnement ab."),
        ("Das Blatt", "Ohne Cookies geht es nicht. Sie können Ihre Einwilligung jederzeit widerrufen."),
        ("Le Quotidien", "Nous et nos 1 204 partenaires utilisons des cookies pour améliorer votre expérience."),
        ("Le Quotidien", "Pour accéder à nos articles, veuillez accepter les cookies ou abonnez-vous."),
        ("Le Quotidien", "Il utilise des cookies de mesure. Vous pouvez modifier vos choix à tout moment ici."),
        ("Avant de poursuivre votre lecture", "Le Quotidien et ses 14 partenaires déposent des traceurs."),
        ("The Daily Example", "We and our 1,204 partners use cookies and similar technologies to count visits."),
        ("The Daily Example", "To continue reading, please accept all cookies or subscribe from two pounds a week."),
        ("The Daily Example", "It keeps cookies on your device. You can withdraw your consent at any time below."),
        ("Just a moment...", "Checking your browser before you can enter. This takes up to five seconds."),
        ("The Daily Example", "Please enable JavaScript and reload the page to continue reading."),
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", "text/plain"])
def test_walls_are_rejected(read_one, title, text, content_type):
    body = page(title, text) if content_type == "text/html" else f"{title}\n\n{text}\n"
    assert read_one(body, content_type=content_type)["reason"] == "cookie_wall"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Browser to drop cookies", "The maker of the browser said on Tuesday that it would drop third-party cookies."),
        ("Amende pour des cookies", "La Cnil inflige 4 millions d'euros d'amende à un site qui déposait des cookies."),
        ("« Acceptez les cookies ou payez »", "Le tribunal juge que les lecteurs doivent pouvoir refuser les cookies."),
        (
            "Cookies: Gericht verlangt Wahl",
            "Leser müssen ihre Einwilligung jederzeit widerrufen können, urteilte das Gericht.",
        ),
        (
            "Avant de poursuivre sa route",
            "Le cycliste a dormi à Rennes, où ses amis l'attendaient depuis la veille au soir.",
        ),
        ("Unusual traffic on the A7", "Drivers must expect delays of an hour until the evening, the police said."),
        ("浏览器将停用第三方 Cookie", "该公司周二表示，浏览器将从明年起逐步停用第三方 Cookie，引发广告业关注。"),
        ("Just a moment", NEWS * 6),
    ],
)
def test_news_about_cookies_and_traffic_is_kept(read_one, title, text):
    assert read_one(page(title, text))["reason"] is None


def test_page_without_text_is_rejected(read_one):
    assert read_one(page("A headline alone"))["reason"] == "no_text"
    assert read_one("A headline alone", content_type="text/plain")["reason"] == "no_text"
    assert read_one("", content_type="text/plain")["reason"] == "no_text"


def test_body_shorter_than_a_sentence_is_rejected(read_one):
    assert read_one("A headline of a page\n\nAnd so on\n", content_type="text/plain")["reason"] == "too_short"


@pytest.mark.parametrize(
    "text",
    [
        "Markets closed for the holiday on Friday.",
        "特斯拉宣布停产两款车型。",
        "首相は火曜日に辞任した。",
    ],
)
def test_briefs_of_one_sentence_are_kept(read_one, text):
    assert read_one(f"A headline of some kind\n\n{text}\n", content_type="text/plain")["text"] == text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 and so on", "text/html"),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"whatever", "image/jpeg"),
        (b'{"a": 1}', "application/json"),
        (b"body { color: red }", "text/css"),
        (b"\0\0\x13\x07\0" * 100, "application/octet-stream"),
        (b"<urlset><url/></urlset>", "application/xml"),
    ],
)
def test_unsupported_content_is_rejected(read_one, body, content_type):
    assert read_one(body, content_type=content_type)["reason"] == "unsupported_content_type"


def test_detail_describes_the_content(read_one):
    assert "PDF" in read_one(b"%PDF-1.7", content_type="text/html")["detail"]
    assert "image/jpeg" in read_one(b"whatever", content_type="image/jpeg")["detail"]


def test_undeclared_html_is_recognized(read_one):
    assert read_one(page("A headline", NEWS * 5), content_type=None)["kind"] == "article"
    assert read_one(page("A headline", NEWS * 5), content_type="application/octet-stream")["kind"] == "article"
