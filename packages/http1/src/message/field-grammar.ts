/** `tchar` of RFC 9110 §5.6.2. */
const tokenForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Field content of RFC 9110 §5.5: visible characters, obs-text, spaces and tabs. */
const valueForm = /^[\t\x20-\x7e\x80-\xff]*$/

/** Whether the text is a token, as methods and field names are. */
export function isToken(text: string): boolean {
  return tokenForm.test(text)
}

/** Whether the text can be the value of a field: no control characters, nothing beyond Latin-1. */
export function isFieldValue(text: string): boolean {
  return valueForm.test(text)
}

/** Field names that are met often, each to the one string that stands for it in lower case. */
const knownNames: ReadonlyMap<string, string> = new Map(
  [
    'Accept',
    'Accept-Encoding',
    'Accept-Language',
    'Age',
    'Alt-Svc',
    'Anthropic-Beta',
    'Anthropic-Version',
    'Authorization',
    'Cache-Control',
    'CF-Cache-Status',
    'CF-Ray',
    'Connection',
    'Content-Encoding',
    'Content-Length',
    'Content-Type',
    'Cookie',
    'Date',
    'Expect',
    'Host',
    'Idempotency-Key',
    'Keep-Alive',
    'OpenAI-Organization',
    'OpenAI-Processing-Ms',
    'OpenAI-Project',
    'OpenAI-Version',
    'Retry-After',
    'Server',
    'Set-Cookie',
    'Strict-Transport-Security',
    'TE',
    'Traceparent',
    'Tracestate',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'User-Agent',
    'Vary',
    'X-Api-Key',
    'X-Content-Type-Options',
    'X-Forwarded-For',
    'X-Goog-Api-Key',
    'X-Request-Id',
    'X-Stainless-Arch',
    'X-Stainless-Lang',
    'X-Stainless-OS',
    'X-Stainless-Package-Version',
    'X-Stainless-Retry-Count',
    'X-Stainless-Runtime',
    'X-Stainless-Runtime-Version',
    'X-Stainless-Timeout',
  ].flatMap((name) => [
    [name, name.toLowerCase()],
    [name.toLowerCase(), name.toLowerCase()],
  ]),
)

/** The name of a field in lower case; undefined if it is not a token. */
export function fieldName(text: string): string | undefined {
  const known = knownNames.get(text)
  if (known !== undefined) return known
  return isToken(text) ? text.toLowerCase() : undefined
}

/** The text from `from` to `to` without spaces and tabs around it; no other space is optional. */
export function withoutSpace(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isSpace(text.charCodeAt(start))) start += 1
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** The members of a comma-separated list, in lower case, such as those of `Connection`. */
export function listMembers(value: string): string[] {
  return value.split(',').map((member) => withoutSpace(member, 0, member.length).toLowerCase())
}
