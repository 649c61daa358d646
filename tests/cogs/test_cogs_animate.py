"""*Animate this image*: the picture of a message becomes the first frame."""

import pytest

from tests.cogs.photos import photo
from tests.support.house import PROMPT, public

MENU = "Animate this image"
FILLED = {"prompt": PROMPT, "format": "6-768p", "choices": ["enhance"]}


async def posted(actor, room, *files):
    """Let somebody post pictures."""
    return await actor.send(room, "look", attachments=list(files or [("kite.png", photo())]))


async def share(house, **fields):
    """Let the server decide about others' pictures."""
    await house.env.bot.preferences.change_guild(house.guild.id, **fields)


async def refused(house, actor, message):
    """Choose the menu; make sure that no form opened and nothing was spent, and return the answer."""
    asked = await actor.context_menu(house.room, MENU, message)
    assert asked.modal is None
    assert asked.ephemeral
    assert house.nothing_was_spent()
    return asked.response.content


async def animated(house, actor, message, **filled):
    """Choose the menu, send the form off, and return the row of the job."""
    opened = await actor.context_menu(house.room, MENU, message)
    assert "Your current picture" in opened.modal["components"][1]["description"]
    await actor.submit_modal(opened, FILLED | filled)
    return await house.until_job("state = 'delivered'")


async def test_ones_own_picture_becomes_the_first_frame(house):
    job = await animated(house, house.ann, await posted(house.ann, house.room))
    assert job["user_id"] == house.ann.id
    assert house.ordered["prompt"] == PROMPT
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_the_first_picture_counts_among_other_files(house):
    message = await posted(house.ann, house.room, ("notes.txt", b"words"), ("kite.png", photo()))
    await animated(house, house.ann, message)
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


async def test_another_picture_in_the_form_wins(house):
    message = await posted(house.ann, house.room, ("a.png", photo(300, 300)))
    await animated(house, house.ann, message, image=("kite.png", photo()))
    assert house.ordered["first_frame_image"].startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize("files", [[("notes.txt", b"words")], [("film.mp4", b"film")]], ids=["text", "film"])
async def test_a_message_without_a_picture_is_refused(house, files):
    message = await posted(house.ann, house.room, *files)
    assert "This message has no picture" in await refused(house, house.ann, message)


async def test_a_message_of_words_alone_is_refused(house):
    message = await house.ann.send(house.room, "look")
    assert "This message has no picture" in await refused(house, house.ann, message)


async def test_others_pictures_are_theirs_unless_the_server_says_otherwise(house):
    message = await posted(house.ann, house.room)
    assert "You can't animate this picture" in await refused(house, house.ben, message)


async def test_others_pictures_are_taken_where_server_and_author_share(house):
    await share(house, others_images=True)
    job = await animated(house, house.ben, await posted(house.ann, house.room))
    assert job["user_id"] == house.ben.id


async def test_an_author_can_keep_pictures_where_the_server_shares(house):
    await share(house, others_images=True)
    await house.env.bot.preferences.change(house.ann.id, reusable=False)
    message = await posted(house.ann, house.room)
    assert "You can't animate this picture" in await refused(house, house.ben, message)


async def test_a_picture_that_cannot_be_a_first_frame_is_refused_after_the_form(house):
    message = await posted(house.ann, house.room, ("a.png", photo(300, 300)))
    opened = await house.ann.context_menu(house.room, MENU, message)
    done = await house.ann.submit_modal(opened, FILLED)
    assert "300 × 300" in done.response.content
    assert house.nothing_was_spent()


async def test_a_picture_that_is_gone_by_then_is_asked_for_again(house):
    message = await posted(house.ann, house.room)
    opened = await house.ann.context_menu(house.room, MENU, message)
    house.lose_files()
    done = await house.ann.submit_modal(opened, FILLED)
    assert "Attach it again" in done.response.content
    assert house.nothing_was_spent()


async def test_the_menu_works_after_a_restart(house):
    message = await posted(house.ann, house.room)
    await house.restart()
    await animated(house, house.ann, message)
    await house.until(lambda: shown_by_the_bot(house) == [1], "the result and nothing else of the bot")


def shown_by_the_bot(house):
    """Return how many files each public message of the bot carries."""
    return [len(seen.attachments) for seen in public(house.room) if seen.author.bot]
