import { openByCharacters, type Probe, type Span } from '../probe.ts'

const most = 256
const reach = most + 64
/** More than a name and what parts it from its value. */
const nameMost = 48

const name =
  'pass(?:word|wd|phrase|wort)|passwort|kennwort|contraseña|senha|secret|token|(?:api|access|account|auth|private|secret|encryption)[_ -]?key|credentials?'

/** A name and what parts it from its value; a quotation mark before the value belongs to it. */
const names = new RegExp(
  `(?:(?:${name})["'\`]?\\s{0,3}(?::=|=>|[:=])\\s{0,3}|authorization["']?\\s{0,3}[:=]\\s{0,3}["']?(?:basic|bearer|token)\\s{1,3}|(?:password|passphrase|passwort|kennwort)\\s{1,3}(?:is|ist|lautet)\\s{1,3}(?=\\S{8}))["'\`]?`,
  'gi',
)

/** To the next parameter of a query, and without the punctuation of the sentence around it. */
const value = new RegExp(
  `^(?:[^\\s"'\`&,;<>(){}[\\]]|&(?!\\w{1,32}=)){6,${most}}(?<![.!?:])(?![^\\s"'\`&,;<>.!?:)}\\]])`,
)

/**
 * Passwords and keys by the name that they are given to: `password=…`, `"client_secret": "…"`, `my
 * password is …`. A value has letters and digits, for that is what tells it from a name of code.
 */
export const assignedSecret: Probe = {
  detector: 'Secret',
  reach,
  openFrom: openByCharacters(/[^\s"'`]/, reach),
  next(text, from) {
    const named = new RegExp(names)
    named.lastIndex = Math.max(0, from - nameMost)
    for (let match = named.exec(text); match !== null; match = named.exec(text)) {
      const start = match.index + match[0].length
      const span = start < from ? undefined : valueAt(text, start)
      if (span !== undefined) return span
    }
    return undefined
  },
}

function valueAt(text: string, start: number): Span | undefined {
  const [found] = value.exec(text.slice(start, start + reach)) ?? []
  return found !== undefined && isValue(found) ? { start, end: start + found.length } : undefined
}

function isValue(found: string): boolean {
  const isPath = /^[a-z_]\w*(?:\.[a-z_]\w*)+$/i.test(found) && found.length < 40
  return /\d/.test(found) && /\p{L}/u.test(found) && !isPath && !/^[$%]/.test(found)
}
