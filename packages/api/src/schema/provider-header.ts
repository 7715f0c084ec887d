import { object, text } from './fields.ts'

/** Headers that carry keys, in lower case: a key is kept in a Secret. */
const keyHeaders: readonly string[] = [
  'api-key',
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
  'x-goog-api-key',
]

/** Headers about the connection and the bytes on it, in lower case: the gateway sets them. */
const connectionHeaders: readonly string[] = [
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** A `token` of RFC 9110 §5.6.2. */
const namePattern = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"

/** Visible ASCII, spaces and tabs: what every server reads in one way. */
const valuePattern = '^[\\t -~]*$'

const keyMessage =
  'keys do not go into headers, where everybody can read them: put the key into a Secret and name it in spec.credentials'
const connectionMessage =
  'the gateway sets this header itself, for each connection and body: remove it'
const valueMessage = 'a value is ASCII text without line breaks and other control characters'

const inLowerCase = 'self.name.lowerAscii()'

/** A header that an LLMProvider adds to every call. */
export const providerHeader = object(
  'A header.',
  {
    name: text(
      'Name of the header. Not one that carries a key, such as Authorization, nor one that the gateway sets itself, such as Host or Content-Type.',
      { min: 1, max: 256, pattern: namePattern },
    ),
    value: text('Value of the header: ASCII text without control characters.', { max: 4096 }),
  },
  {
    rules: [
      { rule: `!(${inLowerCase} in ${celList(keyHeaders)})`, message: keyMessage },
      { rule: `!(${inLowerCase} in ${celList(connectionHeaders)})`, message: connectionMessage },
      // A pattern of the field would have the value repeated in the error.
      { rule: `self.value.matches('${celText(valuePattern)}')`, message: valueMessage },
    ],
  },
)

/**
 * What the schema has against a header, for resources that were stored before it said so; undefined
 * if nothing. Never repeats the value.
 */
export function providerHeaderProblem({
  name,
  value,
}: {
  readonly name: string
  readonly value: string
}): string | undefined {
  if (!new RegExp(namePattern).test(name)) return 'this cannot be the name of a header'
  if (keyHeaders.includes(name.toLowerCase())) return keyMessage
  if (connectionHeaders.includes(name.toLowerCase())) return connectionMessage
  return new RegExp(valuePattern).test(value) ? undefined : valueMessage
}

function celList(words: readonly string[]): string {
  return `[${words.map((word) => `'${word}'`).join(', ')}]`
}

function celText(pattern: string): string {
  return pattern.replaceAll('\\', '\\\\')
}
