import type { SeededRandom } from '@fairlead/base/testing'

const oddValues = [
  'chunked',
  'Chunked',
  'xchunked',
  'chunked, chunked',
  'gzip, chunked',
  'chunked, gzip',
  'identity',
  '',
  ' ',
  '\tchunked',
  'chunked\t ',
  ' , chunked',
  '0',
  '5',
  '05',
  '5, 5',
  '+5',
  '-1',
  '0x5',
  '5 5',
  '18446744073709551621',
  '99999999999999999999',
  '1e1',
  'keep-alive',
  'close',
  'Close, x',
  'upgrade',
  '100-continue',
  'a\x0bb',
  'a\0b',
  'caf\xe9',
  'a\x7fb',
  'a: b',
  'x'.repeat(300),
]

const oddNames = [
  'Transfer-Encoding',
  'transfer-encoding',
  'TRANSFER-ENCODING',
  'Transfer-Encoding ',
  ' Transfer-Encoding',
  'Transfer_Encoding',
  'Content-Length',
  'content-length',
  'Content-Length\t',
  'Connection',
  'Host',
  'Expect',
  'Upgrade',
  'Keep-Alive',
  'Trailer',
  'Set-Cookie',
  'Cookie',
  'X-\xe9',
  'X(a)',
  '',
  'X',
]

const lineEnds = [
  '\r\n',
  '\r\n',
  '\r\n',
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\r\n',
  '\r\n ',
  '\r\n\t',
  '',
]

/** Field lines as they should not be, mostly; each with its end. */
export function oddFields(random: SeededRandom): string {
  let text = ''
  for (let left = random.below(3); left > 0; left -= 1) {
    const space = random.pick(['', ' ', ' ', '\t', '  '])
    const colon = random.pick([':', ':', ':', ':', '', '::', ' :'])
    const end = random.chance(0.9) ? '\r\n' : random.pick(lineEnds)
    text += `${random.pick(oddNames)}${colon}${space}${random.pick(oddValues)}${end}`
  }
  return text
}

/** Field lines that mean nothing in particular. */
export function plainFields(random: SeededRandom): string {
  let text = ''
  for (let left = random.below(5); left > 0; left -= 1) {
    const name = random.pick(['X-A', 'x-b', 'Accept', 'User-Agent', 'Cookie', '!#$%&*+.^_`|~'])
    const value = random.pick(['a', 'a, b', '"q"', 'caf\xe9', '', 'x y\tz', '{"a":1}'])
    text += `${name}:${random.pick([' ', '', '\t', '  '])}${value}${random.pick(['', '', ' '])}\r\n`
  }
  return text
}

interface FramedBody {
  /** The field lines that announce it. */
  readonly fields: string
  readonly bytes: string
}

/** A body, with the fields that announce it: right, for the most part. */
export function framedBody(random: SeededRandom, withoutLength: string): FramedBody {
  const data = random.pick([
    '',
    'a',
    'hello',
    'GET / HTTP/1.1\r\n\r\n',
    '0\r\n\r\n',
    'x'.repeat(70),
  ])
  const kind = random.below(4)
  if (kind === 0) return { fields: '', bytes: withoutLength }
  if (kind === 1) {
    const off = random.chance(0.1) ? random.below(7) - 3 : 0
    return { fields: `Content-Length: ${Math.max(data.length + off, 0)}\r\n`, bytes: data }
  }
  return { fields: 'Transfer-Encoding: chunked\r\n', bytes: chunkedBody(random, data) }
}

function chunkedBody(random: SeededRandom, data: string): string {
  let text = ''
  for (let at = 0; at < data.length;) {
    const size = 1 + random.below(data.length - at)
    text += chunk(random, data.slice(at, at + size))
    at += size
  }
  const zeros = random.chance(0.1) ? random.pick(['00', '000000', '0000000000000000', '']) : '0'
  return `${text}${zeros}${extension(random)}\r\n${trailer(random)}\r\n`
}

function chunk(random: SeededRandom, data: string): string {
  const size = random.chance(0.97)
    ? data.length
    : random.pick([0, data.length + 1, data.length - 1, 2 ** 52, 2 ** 64])
  const hex = random.chance(0.5) ? size.toString(16) : size.toString(16).toUpperCase()
  const odd = random.chance(0.03) ? random.pick([' ', '\t', '0x', '+', '-', 'g', '\n', '\r']) : ''
  const end = random.chance(0.98) ? '\r\n' : random.pick(lineEnds)
  return `${odd}${hex}${extension(random)}\r\n${data}${end}`
}

function extension(random: SeededRandom): string {
  if (random.chance(0.85)) return ''
  return random.pick([
    ';a',
    ';a=b',
    ';a="b"',
    ';a="b;\\"c"',
    ';a=b;c',
    ';',
    ';;',
    ' ;a',
    '; a',
    ';a=',
    ';a="b',
    ';a"b"',
    ';a\nb',
    ';a\0',
    ' ',
    ';a=\xe9',
    ';a="\xe9"',
    ';a=b\rc',
  ])
}

function trailer(random: SeededRandom): string {
  if (random.chance(0.85)) return ''
  return random.chance(0.6) ? plainFields(random) : oddFields(random)
}

/** The same bytes with a few of them changed, taken away, doubled or added. */
export function mutated(random: SeededRandom, text: string): string {
  let result = text
  for (let left = random.pick([0, 0, 0, 1, 1, 2, 4]); left > 0; left -= 1) {
    const at = random.below(result.length + 1)
    const length = random.below(3)
    const added = random.pick([
      '',
      String.fromCharCode(random.below(256)),
      random.pick([
        '\r',
        '\n',
        '\0',
        ' ',
        '\t',
        ':',
        ';',
        ',',
        '\r\n',
        '\r\n\r\n',
        '0',
        '/',
        '\x85',
        '\xa0',
      ]),
      result.slice(at, at + random.below(20)),
    ])
    result = result.slice(0, at) + added + result.slice(at + length)
  }
  return result
}
