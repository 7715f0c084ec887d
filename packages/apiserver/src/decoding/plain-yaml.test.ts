import { SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'

import { readPlainYaml } from './plain-yaml.ts'
import { writeYaml } from './write-yaml.ts'
import { parseAnyYaml, parseYamlText } from './yaml-text.ts'

const keys = ['a', 'b', 'k8s.io/x', 'true', '1', 'x y', '-d', 'y', '<<', "it's", 'x: y']
const words =
  ',0777,1_000,.inf,2001-01-01, lead,- x,"q",# z,a#b,{{ .x }},[a],*a,&a,!t,%,~,http://x:80/a,é😀'
const scalars: readonly unknown[] = [
  ...keys,
  ...words.split(','),
  'multi\nline\n',
  'l1\n\nl2',
  'a\n  b\n c\n',
  'trail \n',
  '\n',
  `${'k'.repeat(100)} ${'w'.repeat(30)}`,
  1,
  -2,
  1.5,
  true,
  null,
]
/** What is put into a text somewhere: much of it makes no YAML, or another. */
const splinters = [
  ...' \n-:#"\'|>[]{},\t&*!?1'.split(''),
  '- ',
  ': ',
  ' # c',
  '|-\n',
  '|+\n',
  '[a, b]',
  '{a: b}',
  '{"a": 1, b: [x, -3]}',
  '\n\n',
  ' a: 1',
  '\n  # c\n',
  '\n    more',
  '\nr: twice\n',
]

class RandomYaml {
  readonly #random: SeededRandom

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
  }

  text(): string {
    let text = writeYaml({ r: this.#value(0), s: this.#value(1) })
    for (let edits = this.#random.below(4); edits > 0; edits--) {
      const at = this.#random.below(text.length)
      const cut = this.#random.below(3) === 0 ? this.#random.below(4) : 0
      const splinter = cut > 0 ? '' : this.#random.pick(splinters)
      text = `${text.slice(0, at)}${splinter}${text.slice(at + cut)}`
    }
    return text
  }

  #value(depth: number): unknown {
    if (depth > 3 || this.#random.below(5) < 2) return this.#random.pick(scalars)
    const values = Array.from({ length: this.#random.below(4) }, () => this.#value(depth + 1))
    if (this.#random.below(2) === 0) return values
    return Object.fromEntries(values.map((value) => [this.#random.pick(keys), value]))
  }
}

function anyOrError(text: string): { readonly value: unknown; readonly duplicateKeys: unknown } {
  try {
    const { value, duplicateKeys } = parseAnyYaml(text)
    return { value, duplicateKeys }
  } catch (error) {
    return { value: String(error), duplicateKeys: [] }
  }
}

describe('plain YAML', () => {
  it.each([1, 2, 3, 4])('is read as any YAML is, where it is read at all: %i', (seed) => {
    const random = new RandomYaml(seed)
    let read = 0
    for (let round = 0; round < 400; round++) {
      const text = random.text()
      const plain = readPlainYaml(text)
      if (plain === undefined) continue
      read += 1
      expect({ text, ...plain }).toEqual({ text, ...anyOrError(text) })
    }
    expect(read).toBeGreaterThan(100)
  })

  it.each([
    '# a manifest\n---\napiVersion: v1\nkind: List # of two\nitems:\n- a: 1\n  "b": [x, {c: d}]\n- c\n',
    'a:\n  - b\n  -\n    c: "d\\n"\n  - - e\nf:\n\n  g: |-\n    {h}\n\n      i: j\nk:\n',
    'a: one\n  two\n\n  three\nb:\n  on a line of its own\nc: 2\n---\nd: 1\n',
    'a: 1\nb:\n  c: 1\n  c: 2\na: 3\n',
  ])('is what manifests are: %j', (text) => {
    expect(readPlainYaml(text)).toEqual(anyOrError(text))
  })

  it.each(['a: &x 1\nb: *x\n', 'a: >\n  b\n', 'a: "b\n  c"\n', 'a: !!str 1\n', 'a: b: c\n', 'a\n'])(
    'is not everything: %j',
    (text) => {
      expect(readPlainYaml(text)).toBeUndefined()
    },
  )

  it('has few lists that begin in one line', () => {
    expect(readPlainYaml('a:\n- - - b\n')).toBeDefined()
    expect(readPlainYaml(`a:\n${'- '.repeat(8)}b\n`)).toBeUndefined()
  })

  it('may be as long as a body, and nothing else may', () => {
    const plain = `data:\n${'  - key: value\n    other: "text"\n'.repeat(90_000)}`
    expect(parseYamlText(Buffer.from(plain)).value).toMatchObject({
      data: expect.arrayContaining([]) as unknown[],
    })
    const folded = `a: >\n${'  some text\n'.repeat(30_000)}`
    expect(() => parseYamlText(Buffer.from(folded))).toThrow(
      'yaml: a document of more than 262144 bytes must be JSON or plain YAML',
    )
  })
})
