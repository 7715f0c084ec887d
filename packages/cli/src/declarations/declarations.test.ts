import { expect, it } from 'vitest'
import { everyCommandsFlags, servingFlags } from './shared-flags.ts'
import { declarations } from './declarations.ts'

const flags = declarations.flatMap((command) =>
  [...command.flags, ...everyCommandsFlags].map((flag) => ({ command: command.name, flag })),
)

it.each(declarations)(
  '$name says what it does and how it is called',
  ({ name, summary, usage }) => {
    expect(summary).toMatch(/^\S.*[^.]$/)
    expect(usage.length).toBeGreaterThan(0)
    expect(
      usage.filter((line) => !`${line} `.startsWith(`${name} `) && line !== '--version'),
    ).toEqual([])
  },
)

it.each(flags)('the flag $flag.name of $command is described in a line', ({ flag }) => {
  expect(flag.name).toMatch(/^[a-z][a-z0-9-]+$/)
  expect(flag.description).toMatch(/[^.]$/)
})

it('a flag has a value in every command, or in none', () => {
  const all = [...flags.map(({ flag }) => flag), ...servingFlags]
  const valued = new Map(all.map(({ name, value }) => [name, value !== undefined]))
  expect(all.filter(({ name, value }) => (value !== undefined) !== valued.get(name))).toEqual([])
})

it('a command has a flag once', () => {
  for (const { flags: own } of declarations) {
    const names = [...own, ...everyCommandsFlags].map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
  }
})
