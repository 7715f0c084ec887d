import { type ChangeKind, changeKinds, type ChangeNote } from './change-note.ts'

const headings: Readonly<Record<ChangeKind, string>> = {
  added: '### Added',
  changed: '### Changed',
  fixed: '### Fixed',
}

/**
 * The changelog with the notes as entries of the section `## <title>`, which is made before all other
 * sections when there is none. What the section says already stays in front of them.
 */
export function foldNotes(changelog: string, title: string, notes: readonly ChangeNote[]): string {
  const sections = changelog.split(/^(?=## )/m)
  const isWanted = (text: string) => [title, `${title},`].some((each) => startsWith(text, each))
  const place = sections.findIndex(isWanted)
  const section = place === -1 ? `## ${title}\n\n` : (sections[place] ?? '')
  const folded = changeKinds.reduce(
    (text, kind) => withEntries(text, headings[kind], entriesOf(notes, kind)),
    section,
  )
  return place === -1
    ? [sections[0] ?? '', folded, ...sections.slice(1)].join('')
    : sections.with(place, folded).join('')
}

function startsWith(section: string, title: string): boolean {
  const heading = `## ${title}`
  return section.startsWith(`${heading}\n`) || section.startsWith(`${heading} `)
}

function entriesOf(notes: readonly ChangeNote[], kind: ChangeKind): string {
  return (
    notes
      .filter((note) => note.kind === kind)
      .toSorted((one, other) => (one.area < other.area ? -1 : Number(one.area > other.area)))
      // Links of a note begin in changes/, those of the changelog one folder above.
      .map(({ area, text }) => `- **${area}:** ${text.replaceAll('](../', '](')}\n`)
      .join('')
  )
}

/** The section with entries at the end of the part with this heading. */
function withEntries(section: string, heading: string, entries: string): string {
  if (entries === '') return section
  const parts = section.split(/^(?=### )/m)
  const place = parts.findIndex((part) => part.startsWith(`${heading}\n`))
  const part = place === -1 ? `${heading}\n` : (parts[place] ?? '').trimEnd()
  const whole = `${part}\n${entries}\n`
  if (place !== -1) return parts.with(place, whole).join('')
  const before = parts.findIndex((each) => isAfter(each, heading))
  return parts.toSpliced(before === -1 ? parts.length : before, 0, whole).join('')
}

/** Added, Changed, Fixed; other parts come after them. */
function isAfter(part: string, heading: string): boolean {
  const order = Object.values(headings)
  if (!part.startsWith('### ')) return false
  const place = order.findIndex((each) => part.startsWith(`${each}\n`))
  return place === -1 || place > order.indexOf(heading)
}
