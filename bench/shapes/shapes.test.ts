import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contenders, peers } from '../contenders/contenders.ts'
import { shapes } from './shapes.ts'

const document = readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8')

/** The names in the first column of the table below a heading. */
function documented(heading: string): string[] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
}

describe('the list of shapes', () => {
  it('is what the documentation describes', () => {
    expect(documented('Shapes').toSorted()).toEqual(shapes.map(({ name }) => name).toSorted())
  })

  it('names only peers that exist', () => {
    const known = peers.map(({ name }) => name)
    for (const { name, peers: named } of shapes) {
      expect([name, named.filter((each) => !known.includes(each))]).toEqual([name, []])
    }
  })

  it.each(shapes)('$name names each of its figures once', ({ metrics }) => {
    for (const names of [metrics.map(({ name }) => name), metrics.map(({ title }) => title)]) {
      expect([...new Set(names)]).toEqual(names)
    }
  })
})

describe('the list of contenders', () => {
  it('is what the documentation describes', () => {
    expect(documented('Contenders').toSorted()).toEqual(Object.keys(contenders).toSorted())
  })
})
