import { expressionProbe, openByCharacters } from '../probe.ts'

const reach = 48

const four = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/
const group = /^[\dA-Fa-f]{1,4}$/

/** Addresses of RFC 791, and of RFC 4291, section 2.2; no versions of more or fewer than four parts. */
export const ipAddress = expressionProbe(
  'IPAddress',
  /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)|(?<![\w:.])(?:[\dA-Fa-f]{0,4}(?::[\dA-Fa-f]{0,4}){2,7}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?)(?![\w:]|\.\d)/g,
  {
    reach,
    openFrom: openByCharacters(/[\w:.]/, reach),
    isOne: (match) => (match.includes(':') ? isSix(match) : four.test(match)),
  },
)

function isSix(address: string): boolean {
  const [front = '', back, ...more] = address.split('::')
  if (more.length > 0) return false
  const groups = [...groupsOf(front), ...groupsOf(back ?? '')]
  const last = groups.at(-1) ?? ''
  const isMixed = last.includes('.')
  const count = groups.length + (isMixed ? 1 : 0)
  const areGroups = groups.every((one, index) =>
    isMixed && index === groups.length - 1 ? four.test(one) : group.test(one),
  )
  // The unspecified address is nobody's, and names of code such as a::b are none.
  if (groups.length < 2 || !/\d/.test(address)) return false
  return areGroups && (back === undefined ? count === 8 : count < 8)
}

function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':')
}
