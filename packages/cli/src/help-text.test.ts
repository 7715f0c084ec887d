import { describe, expect, it } from 'vitest'
import { declarations } from './declarations/declarations.ts'
import { flagTerm, generalHelp, helpOf } from './help-text.ts'

const wide = 100

describe('the help', () => {
  it('of everything names every command, and how to know more', () => {
    const text = generalHelp(wide)
    for (const { name } of declarations) expect(text).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
    expect(text).toContain('fairlead COMMAND --help')
  })

  it.each(declarations)(
    'of $name has every flag that does something, and its examples',
    (command) => {
      const text = helpOf(command, wide)
      for (const flag of command.flags) expect(text).toContain(`\n  ${flagTerm(flag)}`)
      for (const { line } of command.examples ?? []) expect(text).toContain(`\n  ${line}\n`)
    },
  )

  it.each([60, wide])('has no line that is longer than %i, but commands to copy', (width) => {
    const texts = [generalHelp(width), ...declarations.map((each) => helpOf(each, width))]
    const long = texts
      .flatMap((text) => text.split('\n'))
      .filter(
        (line) => line.length > width && !line.startsWith('  fairlead ') && !line.includes('='),
      )
    expect(long.filter((line) => line.trim().includes(' '))).toEqual([])
  })
})
