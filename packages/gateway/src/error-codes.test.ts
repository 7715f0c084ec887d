import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const documented = new Set(
  [...readFileSync(`${root}docs/errors.md`, 'utf8').matchAll(/^\| `([a-z_]+)`/gm)].map(
    ([, code]) => code,
  ),
)
const sources = globSync('packages/{gateway,llm,context}/src/**/*.ts', { cwd: root }).filter(
  (path) => !/\.(?:test|fixture)\.ts$|test-support|fixtures/.test(path),
)
const used = new Set(
  sources.flatMap((path) =>
    [...readFileSync(`${root}${path}`, 'utf8').matchAll(/\bcode: '([a-z_]+)'/g)].map(
      ([, code]) => code,
    ),
  ),
)

describe('docs/errors.md', () => {
  it('has a row for every code that callers can get', () => {
    expect(used.size).toBeGreaterThan(30)
    expect([...used].filter((code) => !documented.has(code))).toEqual([])
  })

  it('has no row for a code that is gone', () => {
    expect([...documented].filter((code) => !used.has(code))).toEqual([])
  })
})
