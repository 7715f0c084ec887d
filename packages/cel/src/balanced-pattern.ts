/** So many items stand beside each other at most. */
const itemsMax = 256
/** Of shorter patterns the compiler makes short work as they are. */
const shortLength = 2_048

/** An item, such as `a`, `[a-z]+` or `(x|y)?`, and the flags that hold where it begins. */
interface Item {
  readonly text: string
  readonly flags: string
}

/**
 * An equal pattern in which no alternation, sequence or literal is long: its parts are put into groups
 * of their own, `(?:a|b)|(?:c|d)`. The compiler goes through all parts beside one for each of them, so
 * that 20,000 alternatives would take it seconds, and 200,000 minutes. What is no pattern stays none.
 */
export function balancedPattern(pattern: string): string {
  if (pattern.length < shortLength) return pattern
  const outer = new Group('')
  const open: Group[] = []
  let unfinished = ''
  for (const { groups: token = {} } of pattern.matchAll(
    /(?<flags>\(\?(?<on>[imsU]*)(?:-(?<off>[imsU]*))?\))|(?<opens>\((?:\?(?:P?<[^>(]*>|[imsU-]*:))?)|(?<closes>\))|(?<or>\|)|(?<repeats>(?:[*+?]|\{\d+(?:,\d*)?\})+)|\\Q(?<quoted>[^]*?)(?:\\E|$)|(?<item>\\(?:[pPx]\{[^}\\]*\}|[pP][^]|x[^]{2}|[0-7]{1,3}|[^])|\[\^?\]?(?:\\[^]|\[:\^?[a-z]{1,10}:\]|[^\]\\])*(?<end>\]|\\?$)|\\$|[^])/gu,
  )) {
    const group = open.at(-1) ?? outer
    const { flags, opens, repeats, quoted, item } = token
    if (flags !== undefined) group.setFlags(flags, token['on'] ?? '', token['off'] ?? '')
    else if (opens !== undefined) open.push(new Group(opens))
    else if (token['or'] !== undefined) group.endAlternative()
    else if (repeats !== undefined) group.append(repeats)
    else if (quoted !== undefined) group.addQuoted(quoted)
    else if (item !== undefined) {
      // It has no end, so nothing may come after it.
      if (item === '\\' || (item.startsWith('[') && !token['end']?.endsWith(']'))) unfinished = item
      else group.add(item)
    } else {
      // One that closes what was never opened stays an error.
      const closed = open.pop()
      const around = open.at(-1) ?? outer
      around.add(`${closed?.text() ?? ''})`)
    }
  }
  return [outer, ...open].map((group) => group.text()).join('') + unfinished
}

/** A group that is being read, or the whole pattern. */
class Group {
  /** `(?:`, and nothing for the whole pattern. */
  readonly #start: string
  readonly #alternatives: Item[] = []
  /** Of the current alternative. */
  #items: Item[] = []
  /** What an inline `(?i-s)` has set, to the end of the group. */
  readonly #flags = new Map<string, boolean>()
  /** Those that hold where the current alternative begins. */
  #startFlags = ''

  constructor(start: string) {
    this.#start = start
  }

  add(text: string): void {
    this.#items.push({ text, flags: this.#setting() })
  }

  /** Repetitions belong to the item before, if there is one, also after flags. */
  append(text: string): void {
    const previous = this.#items.pop()
    if (previous === undefined) return this.add(text)
    this.#items.push({ ...previous, text: previous.text + text })
  }

  /** What repeats after it repeats its last character. */
  addQuoted(text: string): void {
    for (const part of inParts(Array.from(text))) this.add(`\\Q${part.join('')}\\E`)
  }

  setFlags(text: string, on: string, off: string): void {
    this.append(text)
    for (const flag of on) this.#flags.set(flag, true)
    for (const flag of off) this.#flags.set(flag, false)
  }

  endAlternative(): void {
    this.#alternatives.push({ text: inSequence(this.#items), flags: this.#startFlags })
    this.#items = []
    this.#startFlags = this.#setting()
  }

  /** All of it but its end. */
  text(): string {
    this.endAlternative()
    return this.#start + alternation(this.#alternatives)
  }

  /** `(?i-s)` */
  #setting(): string {
    if (this.#flags.size === 0) return ''
    const on = [...this.#flags].filter(([, isOn]) => isOn).map(([flag]) => flag)
    const off = [...this.#flags].filter(([, isOn]) => !isOn).map(([flag]) => flag)
    return `(?${on.join('')}${off.length > 0 ? '-' : ''}${off.join('')})`
  }
}

/** The items after each other, or groups of them, or groups of groups. */
function inSequence(items: readonly Item[]): string {
  if (items.length <= itemsMax) return items.map(({ text }) => text).join('')
  const groups = inParts(items).map((part) => {
    const flags = part[0]?.flags ?? ''
    return { text: `(?:${flags}${inSequence(part)})`, flags }
  })
  return inSequence(groups)
}

/** Each sets its flags anew, because those before it may have been set in a group of their own. */
function alternation(items: readonly Item[]): string {
  if (items.length <= itemsMax) return items.map(({ flags, text }) => flags + text).join('|')
  const groups = inParts(items).map((part) => ({ text: `(?:${alternation(part)})`, flags: '' }))
  return alternation(groups)
}

/** At least one part. */
function inParts<T>(items: readonly T[]): T[][] {
  const count = Math.max(1, Math.ceil(items.length / itemsMax))
  return Array.from({ length: count }, (_, part) =>
    items.slice(part * itemsMax, (part + 1) * itemsMax),
  )
}
