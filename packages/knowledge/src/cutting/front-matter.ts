import type { MetadataValue } from '../metadata-filter.ts'

/** Longer ones are left out: two that begin alike must not become one. */
const textLengthMax = 1024

const member = /^([A-Za-z_][\w.-]{0,63}):(?:[ \t]+(.*))?$/
const integer = /^[-+]?\d+$/
const decimal = /^[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?$/

/** A document of Markdown without the settings above it, which are undefined where there are none. */
export function splitFrontMatter(text: string): { matter: string | undefined; body: string } {
  const end = text.startsWith('---\n') ? text.indexOf('\n---\n', 3) : -1
  if (end === -1) return { matter: undefined, body: text }
  return { matter: text.slice(4, end), body: text.slice(end + 5) }
}

/**
 * The members of front matter that are texts, numbers and booleans on one line, as YAML reads them. What
 * is anything else, such as a list, or is there twice, is left out.
 */
export function readFrontMatter(matter: string): Readonly<Record<string, MetadataValue>> {
  const lines = matter.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line))
  const found = new Map<string, MetadataValue | undefined>()
  lines.forEach((line, at) => {
    const [, key, text] = member.exec(line) ?? []
    if (key === undefined) return
    const goesOn = /^[ \t-]/.test(lines[at + 1] ?? '')
    const value = goesOn || found.has(key) ? undefined : scalarOf(text?.trim() ?? '')
    const isLong = typeof value === 'string' && value.length > textLengthMax
    found.set(key, isLong ? undefined : value)
  })
  return Object.fromEntries(
    [...found].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  )
}

/** Undefined for null, and for what is no scalar on one line. */
function scalarOf(text: string): MetadataValue | undefined {
  if (text.startsWith('"')) return doubleQuoted(text)
  if (text.startsWith("'")) {
    return /^'((?:[^']|'')*)'\s*(?:\s#.*)?$/.exec(text)?.[1]?.replaceAll("''", "'")
  }
  const comment = text.search(/[ \t]#/)
  return plainOf((comment === -1 ? text : text.slice(0, comment)).trim())
}

/** Of escapes, those that YAML has in common with JSON. */
function doubleQuoted(text: string): string | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*")\s*(?:\s#.*)?$/.exec(text)?.[1]
  if (quoted === undefined) return undefined
  try {
    return String(JSON.parse(quoted)).toWellFormed()
  } catch {
    return undefined
  }
}

function plainOf(text: string): MetadataValue | undefined {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return undefined
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  if (/^(?:false|False|FALSE)$/.test(text)) return false
  // Of another syntax, or of none.
  if (/^[[\]{},&*!|>%@`?"'#]|^- |:(?:\s|$)/.test(text)) return undefined
  const value = decimal.test(text) ? Number(text) : Number.NaN
  // Two long numbers must not become one.
  const isExact = Number.isFinite(value) && (!integer.test(text) || Number.isSafeInteger(value))
  return isExact ? value : text
}
