import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesMatching, readText } from '../source-tree.ts'
import { declarationOf } from './declaration.ts'
import { exportedNames } from './exported-names.ts'
import { operatorReference, referenceFolder } from './operator-reference.ts'
import { referencePages } from './reference-pages.ts'

describe('the reference of controller-runtime', () => {
  it('is what the sources say: npm run generate:reference', () => {
    const written = filesMatching(`${referenceFolder}/*.md`).map((path): [string, string] => [
      basename(path),
      readText(path),
    ])
    expect(new Map(written)).toEqual(operatorReference())
  })
})

const source = `import type { A } from './a.ts'

/** How many. */
export const limit = 3

/**
 * Adds.
 * @throws RangeError for too much
 */
export function add(
  a: number,
  { b = 1 }: { readonly b?: number } = {},
): number {
  return a + b
}

/** Counts. */
export class Counter {
  /** So far. */
  readonly count: number = 0
  #secret = 1

  /** One more. */
  increase(by: number): void {
    this.#add(by)
  }

  #add(by: number): void {
    this.#secret += by
  }
}

export interface Options {
  /** In milliseconds. */
  readonly delayMs?: number
}
`

describe('a declaration', () => {
  it.each([
    ['limit', 'How many.', 'export const limit'],
    [
      'add',
      'Adds.\n@throws RangeError for too much',
      'export function add(\n  a: number,\n  { b = 1 }: { readonly b?: number } = {},\n): number',
    ],
    [
      'Counter',
      'Counts.',
      'export class Counter {\n  /** So far. */\n  readonly count: number\n  /** One more. */\n  increase(by: number): void\n}',
    ],
    [
      'Options',
      '',
      'export interface Options {\n  /** In milliseconds. */\n  readonly delayMs?: number\n}',
    ],
  ])('of %s has its comment and its signature', (name, comment, signature) => {
    expect(declarationOf(name, source)).toEqual({ comment, signature })
  })

  it('that is not there is an error', () => {
    expect(() => declarationOf('nothing', source)).toThrow('does not declare nothing')
  })
})

it('the exported names are those of an entry, types too', () => {
  const entry = "export { a, type B } from './x/a.ts'\nexport type {\n  C,\n} from './c.ts'\n"
  expect(exportedNames(entry)).toEqual([
    { name: 'a', file: 'x/a.ts' },
    { name: 'B', file: 'x/a.ts' },
    { name: 'C', file: 'c.ts' },
  ])
})

it('examples of comments are shown as text, which nobody compiles', () => {
  const entry = "export { f } from './x/f.ts'\n"
  const pages = referencePages(
    '@example/p',
    entry,
    () =>
      '/**\n * Does.\n *\n * ```ts\n * f()\n * ```\n */\nexport function f(): void {\n  g()\n}\n',
  )
  expect(pages.get('x.md')).toContain(
    '## f\n\nDoes.\n\n```text\nf()\n```\n\n```text\nexport function f(): void\n```\n',
  )
})
