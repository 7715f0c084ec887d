import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { failureEffects } from './failure-effects.ts'

const page = readFileSync(new URL('../../../../docs/failures.md', import.meta.url), 'utf8')

it('every class of failures has its row in docs/failures.md, and no other', () => {
  const rows = [...page.matchAll(/^\| `([A-Za-z]+)` +\|/gm)].map(([, name]) => name)
  const classes = rows.filter((name) => /^[A-Z]/.test(name ?? ''))
  expect(classes).toEqual(Object.keys(failureEffects))
})
