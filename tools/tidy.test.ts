import { beforeAll, describe, expect, it } from 'vitest'
import { filesMatching, readText } from './source-tree.ts'
import { architecture } from './tidy/architecture.ts'
import { proofs } from './tidy/proofs.ts'
import { readRepository } from './tidy/repository.ts'
import type { Architecture, Finding } from './tidy/rule.ts'
import { rules } from './tidy/rules.ts'
import { SourceTree } from './tidy/source-tree.ts'

const repository = readRepository()

describe('the repository', () => {
  // Parses each module for all rules; beside other tests this takes longer than a test may.
  beforeAll(() => {
    expect(repository.modules.flatMap(({ imports }) => imports)).not.toEqual([])
  }, 120_000)

  it.each(rules)(
    'keeps the rule $name',
    (rule) => {
      expect(rule.check(repository, architecture).map(located)).toEqual([])
    },
    60_000,
  )
})

it('lint forbids clocks, timers and I/O in exactly the pure folders', () => {
  const text = readText('.oxlintrc.json').replaceAll(/^\s*\/\/.*$/gm, '')
  const { overrides } = JSON.parse(text) as {
    readonly overrides: readonly {
      readonly files: readonly string[]
      readonly excludeFiles?: readonly string[]
      readonly rules: Readonly<Record<string, unknown>>
    }[]
  }
  const override = overrides.find(({ rules: each }) => 'no-restricted-globals' in each)
  expect(override?.files).toEqual(architecture.pure.map((folder) => `${folder}/**`))
  expect(override?.excludeFiles).toEqual([
    '**/*.test.ts',
    '**/test-support/**',
    ...Object.keys(architecture.impure),
  ])
})

it('the compiler checks every module, those of tests and examples too', () => {
  const { include } = JSON.parse(readText('tsconfig.json')) as { readonly include: string[] }
  const included = new Set(include.flatMap((each) => filesMatching(`${each}{,/**}`)))
  const modules = filesMatching('**/*.{ts,mts,cts,js,mjs,cjs}')
  expect(modules.filter((path) => !included.has(path))).toEqual([])
})

/** An architecture without packages, folders and exceptions. */
const empty: Architecture = {
  packages: {},
  alternatives: [],
  pure: [],
  impure: {},
  clocks: {},
  testTimers: {},
  moduleState: {},
  unusedExports: {},
}

it('every rule is proven', () => {
  expect(Object.keys(proofs).toSorted()).toEqual(rules.map(({ name }) => name).toSorted())
})

describe.each(rules)('the rule $name', (rule) => {
  const { architecture: own = {}, keeps = {}, breaks = {} } = proofs[rule.name] ?? {}

  it('finds nothing in what keeps it', () => {
    expect(rule.check(new SourceTree(keeps), { ...empty, ...own })).toEqual([])
  })

  it.each(Object.entries(breaks))('finds %s', (_, { texts, architecture: other = own, finds }) => {
    const tree = new SourceTree({ ...keeps, ...texts })
    const found = rule.check(tree, { ...empty, ...other })
    expect(found.map(({ path, message }) => `${path} ${message}`)).toEqual(
      finds.map((each) => expect.stringContaining(each)),
    )
  })
})

/** A finding in a format that editors can jump to. */
function located({ path, line, message }: Finding): string {
  return `${path}${line === undefined ? '' : `:${line}`} ${message}`
}
