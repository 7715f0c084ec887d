import { describe, expect, it } from 'vitest'
import { parseChangeNote } from './change-note.ts'
import { foldNotes } from './fold-notes.ts'

const fixed = { area: 'gateway', kind: 'fixed', text: 'It answers.' } as const
const added = { area: 'cli', kind: 'added', text: 'A flag.' } as const

const changelog = `# Changelog

Intro.

## 0.1.0, not released yet

### Added

- Everything.

### Not there yet

The rest.
`

describe('folding notes into the changelog', () => {
  it('adds them to the version that is there, behind what it says', () => {
    expect(foldNotes(changelog, '0.1.0', [fixed, added])).toBe(`# Changelog

Intro.

## 0.1.0, not released yet

### Added

- Everything.
- **cli:** A flag.

### Fixed

- **gateway:** It answers.

### Not there yet

The rest.
`)
  })

  it('makes a section for a version that is not there, before all others', () => {
    const folded = foldNotes(changelog, 'Unreleased', [fixed])
    expect(folded).toContain(
      'Intro.\n\n## Unreleased\n\n### Fixed\n\n- **gateway:** It answers.\n\n## 0.1.0, not',
    )
  })

  it('lets links begin in the folder of the changelog', () => {
    const linked = { ...fixed, text: 'It [answers](../docs/errors.md).' }
    expect(foldNotes(changelog, '0.1.0', [linked])).toContain('It [answers](docs/errors.md).')
  })

  it('leaves the changelog as it is without notes', () => {
    expect(foldNotes(changelog, '0.1.0', [])).toBe(changelog)
  })

  it('does not take one version for another', () => {
    expect(foldNotes('# C\n\n## 0.1.0\n', '0.1', [fixed])).toMatch(/^## 0\.1\n[^]*^## 0\.1\.0\n$/m)
  })
})

describe('a note', () => {
  const parse = (source: string) => parseChangeNote('changes/a.md', source, ['gateway'])

  it('has an area, a kind and whole sentences', () => {
    const source = '---\narea: gateway\nkind: fixed\n---\n\nIt is\nmended.\n'
    expect(parse(source)).toEqual({ area: 'gateway', kind: 'fixed', text: 'It is mended.' })
  })

  it.each([
    ['no front matter', 'It is mended.', 'must begin with'],
    ['another area', '---\narea: moon\nkind: fixed\n---\n\nA.\n', 'area must be one of gateway'],
    ['another kind', '---\narea: gateway\nkind: new\n---\n\nA.\n', 'kind must be one of added'],
    ['an unknown field', '---\narea: gateway\nkind: fixed\nby: me\n---\n\nA.\n', 'has by;'],
    ['a field twice', '---\narea: gateway\narea: gateway\n---\n\nA.\n', 'has area twice'],
    ['no text', '---\narea: gateway\nkind: fixed\n---\n', 'whole sentences'],
    ['a fragment', '---\narea: gateway\nkind: fixed\n---\n\nmended it\n', 'whole sentences'],
    ['paragraphs', '---\narea: gateway\nkind: fixed\n---\n\nA.\n\nB.\n', 'one paragraph'],
  ])('with %s is refused', (_, source, problem) => {
    expect(() => parse(source)).toThrow(problem)
  })
})
