"""The faults of the provider that a soak draws from, as `sandbox.faults` spells them.

Left out is what no provider should be accused of: taking an order and refusing it in the same breath.
"""

_TABLE = {
    "the paid call": """
        rate_limited=1 rate_limited*2 server_error server_error+accepted bad_gateway=html
        bad_gateway+accepted=html unavailable=1 unavailable+accepted gateway_timeout+accepted
        request_timeout+accepted moderated moderated_as_500 too_large out_of_credit bad_key
        forbidden error_in_200=object error_in_200+accepted=success empty_body+accepted not_json
        not_json+accepted idempotency_in_progress=1 idempotency_result_indeterminate
        idempotency_unavailable=1 base64_refused cut_before_reading cut_after_accepting
        cut_mid_response latency_before=1.5 latency_after=1.5 latency_after=2.5
        shape@submit=identifier:absent
    """,
    "what becomes of a task": "fails_moderated fails_provider fails_without_reason stuck=4",
    "looking at it": """
        not_found*2 server_error@task*2 bad_gateway@task=html unavailable@task=1
        rate_limited@task=1*2 error_in_200@task=text not_json@task empty_body@task
        cut_before_reading@task cut_mid_response@task latency_before@task=2
        unknown_status=pondering*2 shape@task=envelope:flat,result:video_url,url:string*3
    """,
    "the upload of a first frame": "server_error@upload cut_before_reading@upload",
    "the film": """
        expired truncated=50 truncated=99 without_moov html_file gzip_bomb=8 redirect
        server_error@file not_found@file cut_mid_response@file latency_before@file=1.5 drip=20000
    """,
}
PROVIDER_FAULTS = tuple(fault for words in _TABLE.values() for fault in words.split())
