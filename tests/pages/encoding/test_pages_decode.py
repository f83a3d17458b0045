"""Decoding of bytes: character sets that are declared, wrongly declared and not declared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages.encoding.decode import decode, decode_with_utf8
from newsmill.pages.encoding.labels import find_codec
from newsmill.pages.encoding.sniff import detect_format
from newsmill.pages.types import Rejected

CHINESE = "国家发展改革委周二表示，将对人工智能企业实施新的登记制度，要求各地在年底之前完成核查。" * 3
JAPANESE = "経済産業省は火曜日、人工知能を使う企業に対して新しい届け出の制度を設けると発表した。" * 3
GREEK = "Το υπουργείο ανακοίνωσε την Τρίτη νέους κανόνες για τις εταιρείες τεχνητής νοημοσύνης. " * 3
GERMAN = "Das Ministerium kündigte am Dienstag neue Regeln für große Firmen an, die öffentlich prüfbar wären. " * 2


def html(text, charset=None):
    return f"<html><head>{f'<meta charset={charset}>' if charset else ''}</head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (CHINESE, "utf-8-sig", None),
        (CHINESE, "utf-16", None),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE.translate(str.maketrans("国发", "國發")), "gb18030", "GBK"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (GREEK, "cp1253", "windows-1253"),
        (GERMAN, "cp1252", "iso-8859-1"),
        ("“Zitat” – " + GERMAN, "cp1252", "iso-8859-1"),
    ],
)
def test_declared_character_sets(text, codec, declared):
    content_type = f"text/html; charset={declared}" if declared else "text/html"
    assert decode(html(text).encode(codec), content_type) == html(text)


def test_character_set_declared_in_the_page():
    text = html(CHINESE, "gbk")
    assert decode(text.encode("gb18030"), "text/html") == text


@pytest.mark.parametrize(
    ("text", "codec"), [(CHINESE, "gb18030"), (JAPANESE, "cp932"), (GREEK, "cp1253"), (GERMAN, "cp1252")]
)
@pytest.mark.parametrize("declared", ["utf-8", None])
def test_character_set_that_is_wrongly_declared_or_not_declared(text, codec, declared):
    content_type = f"text/html; charset={declared}" if declared else None
    assert decode(html(text).encode(codec), content_type) == html(text)


def test_chinese_declared_as_western():
    assert decode(html(CHINESE).encode("gb18030"), "text/html; charset=iso-8859-1") == html(CHINESE)


def test_utf8_declared_as_western():
    assert decode(html(GERMAN).encode(), "text/html; charset=iso-8859-1") == html(GERMAN)


def test_double_encoded_utf8_is_repaired():
    double_encoded = html(GERMAN).encode().decode("cp1252").encode()
    assert decode(double_encoded, "text/html; charset=utf-8") == html(GERMAN)


def test_double_encoded_utf8_with_losses_is_undecodable():
    template = "<div class='page'>" * 400
    lossy = html(template + CHINESE).encode().decode("cp1252", "replace").encode()
    with pytest.raises(Rejected) as caught:
        decode(lossy, "text/html; charset=utf-8")
    assert caught.value.reason == "undecodable"


def test_stray_byte_is_replaced():
    start, end = html(CHINESE).encode().split("。".encode(), 1)
    broken = start + b"\xff" + "。".encode() + end
    assert decode(broken, "text/html; charset=utf-8").replace("\ufffd", "") == html(CHINESE)


def test_text_that_is_cut_within_a_character():
    assert decode("市场监管总局".encode()[:-1], "text/plain; charset=utf-8").startswith("市场监管总")


def test_unknown_character_set_of_readable_bytes():
    assert decode(html(GERMAN).encode(), "text/html; charset=x-martian") == html(GERMAN)


def test_unknown_character_set_of_unreadable_bytes():
    with pytest.raises(Rejected) as caught:
        decode(bytes(range(128, 256)) * 20, "text/html; charset=x-martian")
    assert caught.value.reason == "unknown_charset"
    assert "x-martian" in caught.value.detail


@pytest.mark.parametrize("body", [b"\1\2 letters" * 200, b"\1\2 l\xe9tt\xe8r" * 200], ids=["seven bits", "eight bits"])
def test_unknown_character_set_is_the_reason_when_detection_fails_too(body):
    with pytest.raises(Rejected) as caught:
        decode(b"<html><head><meta charset='x-martian'></head><body>" + body, "text/html")
    assert caught.value.reason == "unknown_charset"
    assert "x-martian" in caught.value.detail


def test_known_character_set_beside_an_unknown_one_is_undecodable():
    with pytest.raises(Rejected) as caught:
        decode(b"<meta charset='x-martian'>" + bytes(range(256)) * 20, "text/html; charset=utf-8")
    assert caught.value.reason == "undecodable"


def test_binary_data_as_text():
    with pytest.raises(Rejected) as caught:
        decode(bytes(range(256)) * 20, "text/plain")
    assert caught.value.reason == "undecodable"


@pytest.mark.parametrize("label", ["zlib", "idna", "unicode_escape", "utf-7", "rot13", "a" * 500, "\x00"])
def test_codecs_that_are_not_character_sets_are_not_used(label):
    content_type = f"text/plain; charset={label}"
    assert decode(b"plain \\u0041 +AEE-", content_type) == "plain \\u0041 +AEE-"
    assert decode(html(GERMAN).encode("cp1252"), content_type) == html(GERMAN)


POLISH = "Minister powiedział we wtorek, że nowe przepisy o sztucznej inteligencji będą łatwiejsze do spełnienia. " * 2
CZECH = "Ministerstvo v úterý oznámilo, že nová pravidla pro umělou inteligenci budou pro firmy přísnější. " * 2
TURKISH = "Bakanlık salı günü yaptığı açıklamada yapay zekâ şirketleri için yeni kuralların geleceğini söyledi. " * 2
RUSSIAN = "Министерство во вторник сообщило о новых правилах для компаний, которые занимаются искусственным разумом. "
ICELANDIC = "Ráðuneytið sagði á þriðjudag að nýjar reglur um gervigreind yrðu kynntar fyrir fyrirtækjum í haust. " * 2


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (CZECH, "cp1250"),
        (CZECH, "iso8859-2"),
        (TURKISH, "cp1254"),
        (ICELANDIC, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "iso8859-5"),
        (GREEK, "iso8859-7"),
    ],
)
@pytest.mark.parametrize("declared", ["iso-8859-1", "utf-8", None])
def test_single_byte_sets_are_detected_by_their_letters(text, codec, declared):
    assert decode(html(text).encode(codec), f"text/html; charset={declared}" if declared else None) == html(text)


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "windows-1250"])
def test_a_single_foreign_word_does_not_override_the_declaration(label):
    english = "<p>The ministry opened a consultation on rules for machine-made pictures, officials said.</p>" * 5
    text = html(english + "<li>Café</li>")
    assert decode(text.encode("cp1252"), f"text/html; charset={label}") == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [GERMAN, GREEK, CHINESE])
@pytest.mark.parametrize("declared", ["utf-16", "utf-8", None])
def test_utf16_without_byte_order_mark(codec, text, declared):
    body = html(text).encode(codec)
    content_type = f"text/html; charset={declared}" if declared else "text/html"
    assert detect_format(body, content_type) == "html"
    assert decode(body, content_type) == html(text)


@pytest.mark.parametrize("declared", ["utf-16", "utf-16le", "unicode"])
def test_ascii_declared_as_utf16(declared):
    assert decode(html("plain words").encode(), f"text/html; charset={declared}") == html("plain words")


@pytest.mark.parametrize("declared", ["iso-2022-jp", "utf-8", None])
def test_seven_bit_japanese(declared):
    content_type = f"text/html; charset={declared}" if declared else None
    assert decode(html(JAPANESE).encode("iso2022_jp"), content_type) == html(JAPANESE)


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("latin1", "cp1252"),
        ("x-cp1252", "cp1252"),
        ("iso88599", "cp1254"),
        ("logical", "iso8859-8"),
        ("dos-874", "cp874"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("ks_c_5601-1989", "cp949"),
        ("cn-big5", "big5hkscs"),
        ("gb_2312-80", "gb18030"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("Windows-31J", "cp932"),
        ("iso-2022-kr", "iso2022_kr"),
        ("x-user-defined", None),
        ("x-user-imagined", None),
    ],
)
def test_codec_of_a_label(label, codec):
    assert find_codec(label) == codec


def test_page_with_a_null_byte_is_decoded():
    assert "hello" in decode(html("hello\0 world, how are you today").encode(), "text/html")


# Without the characters that double-encoded text starts with, a byte order mark and the replacement character.
NOT_DOUBLE_ENCODED = st.characters(
    exclude_categories=["Cs", "Cc"],
    exclude_characters="\ufeff\ufffd" + "".join(map(chr, range(0xC2, 0xF5))),
)


@settings(deadline=None, max_examples=50)
@given(st.text(NOT_DOUBLE_ENCODED, max_size=200))
def test_utf8_round_trips(text):
    assert decode(text.encode(), "text/plain; charset=utf-8") == text


@settings(deadline=None, max_examples=50)
@given(st.text("äöüßéèñçøå ", max_size=200).filter(lambda text: len(text) - text.count(" ") >= 8))
def test_utf8_of_western_letters_round_trips_single_and_double_encoded(text):
    assert decode(text.encode(), "text/plain") == text
    assert decode(text.encode().decode("cp1252").encode(), "text/plain") == text


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/plain; charset=big5"]))
def test_any_bytes_are_decoded_or_undecodable(body, content_type):
    try:
        assert isinstance(decode(body, content_type), str)
    except Rejected as rejected:
        assert rejected.reason == "undecodable"


def test_double_encoded_english_page_with_lost_quotes_is_decoded():
    text = "<p>" + "The crane\ufffds arm is sixty meters long, the harbor master said. " * 20
    double_encoded = text.encode().decode("cp1252").encode()
    assert decode(double_encoded, "text/html; charset=utf-8").count("The crane\ufffds arm") == 20


def test_double_encoded_greek_page_with_lost_letters_is_undecodable():
    text = "<p>" + "Ο γεραν\ufffdς έφτ\ufffdσε στο λιμ\ufffdνι. " * 40
    double_encoded = "".join(chr(byte) if byte < 0x80 or byte >= 0xA0 else "\ufffd" for byte in text.encode()).encode()
    with pytest.raises(Rejected, match="undecodable"):
        decode(double_encoded, "text/html; charset=utf-8")


def test_utf8_is_the_body_itself_unless_it_is_changed_in_decoding():
    body = "<p>Café 10 €</p>".encode()
    assert decode_with_utf8(body, None)[1] is body
    for changed in (body.decode().encode("cp1252"), body.decode().encode("utf-16"), body.decode().encode("utf-8-sig")):
        assert decode_with_utf8(changed, "text/html; charset=windows-1252") == (body.decode(), body)
    assert decode_with_utf8("<p>Café".encode()[:-1], None) == ("<p>Caf", b"<p>Caf")
