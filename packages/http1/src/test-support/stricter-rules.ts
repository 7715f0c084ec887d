/** Something that we refuse and Node.js, when it is strict, reads. */
interface StricterRule {
  /** What we say to it. */
  readonly refusal: RegExp
  /** What the message has in it, where the refusal alone says too little. */
  readonly bytes?: RegExp
  readonly why: string
}

const messages: readonly StricterRule[] = [
  {
    refusal: /^The first line is malformed\.$/,
    why: 'a CR or LF alone before a message is no empty line',
  },
  {
    refusal: /^There is a tab in the Transfer-Encoding\.$/,
    why: 'Node.js refuses it behind the value only',
  },
  {
    refusal: /^The Transfer-Encoding does not end with one "chunked"\.$/,
    why: 'Node.js reads any coding of a response as a body until the end, and some of none at all',
  },
  {
    refusal: /^The only supported Transfer-Encoding is "chunked"\.$/,
    why: 'a coding that is not undone would reach the reader as it is',
  },
  {
    refusal: /^HTTP\/1\.0 has no Transfer-Encoding\.$/,
    why: 'RFC 9112 §6.1: the framing is to be taken for faulty',
  },
  {
    refusal: /^The chunked body is malformed\.$/,
    bytes: /[0-9A-Fa-f]{14}/,
    why: 'a size of more than 13 digits, all but 13 of them zeros',
  },
  {
    refusal: /^The chunked body is malformed\.$/,
    bytes: /;[^\r]*=(?:[;\r]|"[^\r]*\r|[^\r"]*")/,
    why: 'an extension without a value after its "=", or with a quote that is odd',
  },
  {
    refusal: /^The chunked body is malformed\.$/,
    bytes: /\n(?:connection|content-length|host|transfer-encoding|upgrade):/i,
    why: 'a trailer that would change the message, were it taken for a header',
  },
  {
    refusal: /^There are more than 128 headers\.$/,
    why: 'Node.js reads 2,000; nobody who calls a model sends half of 128',
  },
  {
    refusal: /^The headers are too large: send less than 16 KB\.$/,
    why: 'Node.js does not count everything that is in a head',
  },
]

const requests: readonly StricterRule[] = [
  ...messages,
  {
    refusal: /^The header host is (?:malformed|repeated|missing)\.$/,
    why: 'RFC 9112 §3.2; Node.js wants only that there is one, and goes on after its answer',
  },
  {
    refusal: /^The header (?:authorization|content-type|content-encoding) is repeated\.$/,
    why: 'two of them would be read one way here and another elsewhere',
  },
  {
    refusal: /^The request target is neither a path nor an http URL\.$/,
    why: 'RFC 9112 §3.2; Node.js hands on what it is given',
  },
  {
    refusal: /^The request target is malformed\.$/,
    bytes: /[#\x80-\xff]|\t/,
    why: 'a fragment, or what is not ASCII, is no part of a target',
  },
  {
    refusal: /^The host of the request target is malformed\.$/,
    why: 'RFC 9110 §4.2.4: user information is often meant to deceive',
  },
  {
    refusal: /^The request target and the header host name different hosts\.$/,
    why: 'whoever routes by one and checks the other is deceived',
  },
  {
    refusal: /^Only HTTP\/1\.1 and HTTP\/1\.0 are supported\.$/,
    why: 'Node.js reads 0.9 and 2.0 as if they were 1.1',
  },
  {
    refusal: /^The only supported expectation is "100-continue"\.$/,
    why: 'Node.js goes on after its 417; the body might be taken for a request',
  },
  {
    refusal: /^The request line is malformed\.$/,
    bytes: / {2}| *(?:\r\n|$)/,
    why: 'several spaces, or no version, as in HTTP/0.9',
  },
  {
    refusal: /^A line does not end with CR LF\.$/,
    why: 'Node.js takes a LF alone for the end of a request line without a version',
  },
]

const responses: readonly StricterRule[] = [
  ...messages,
  {
    refusal: /^The status line is malformed\.$/,
    bytes: /HTTP\/(?:0\.9|2\.0)|HTTP\/1\.[01] (?:0\d\d|\d{3}[^\r\n]*\p{Cc})/u,
    why: 'Node.js reads versions that no answer to a request of 1.1 has, any status and any reason',
  },
  {
    refusal: /^The server switches protocols unasked\.$/,
    why: 'RFC 9110 §15.2.2: there was no Upgrade in the request',
  },
]

/** The rule by which a request is refused that Node.js reads, if there is one. */
export function stricterRequestRule(refusal: string, bytes: string): string | undefined {
  return ruleIn(requests, refusal, bytes)
}

/** The rule by which a response is refused that Node.js reads, if there is one. */
export function stricterResponseRule(refusal: string, bytes: string): string | undefined {
  return ruleIn(responses, refusal, bytes)
}

function ruleIn(
  rules: readonly StricterRule[],
  refusal: string,
  bytes: string,
): string | undefined {
  const rule = rules.find((one) => one.refusal.test(refusal) && one.bytes?.test(bytes) !== false)
  return rule === undefined ? undefined : `${refusal} (${rule.why})`
}
