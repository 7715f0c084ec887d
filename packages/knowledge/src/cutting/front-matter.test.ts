import { expect, it } from 'vitest'
import { readFrontMatter, splitFrontMatter } from './front-matter.ts'

it('is what stands above a document between lines of three dashes', () => {
  expect(splitFrontMatter('---\na: 1\nb: 2\n---\n# Text\n---\n')).toEqual({
    matter: 'a: 1\nb: 2',
    body: '# Text\n---\n',
  })
  for (const text of ['', '# Text', '---\na: 1', ' ---\na: 1\n---\n']) {
    expect(splitFrontMatter(text)).toEqual({ matter: undefined, body: text })
  }
})

it.each([
  ['a: hr', { a: 'hr' }],
  [
    'a: Human resources # of all\n# b: 1\n\nc_d.e-f: x#y',
    { a: 'Human resources', 'c_d.e-f': 'x#y' },
  ],
  [
    'a: 3\nb: -2.5e3\nc: "3"\nd: 2024-05-01\ne: 0x10\nf: .5',
    { a: 3, b: -2500, c: '3', d: '2024-05-01', e: '0x10', f: 0.5 },
  ],
  ['a: 9007199254740993\nb: 1e999', { a: '9007199254740993', b: '1e999' }],
  ['a: true\nb: FALSE\nc: yes\nd: ~\ne: null\nf:', { a: true, b: false, c: 'yes' }],
  [`a: 'it''s' # so\nb: "x\\n\\u00e9 # y"\nc: "open\nd: 'open`, { a: "it's", b: 'x\né # y' }],
  ['a: https://x.test/#top', { a: 'https://x.test/#top' }],
  ['a: [x, y]\nb: {c: d}\ne: &f g\nh: *f\ni: |\n  text\nj: k: l', {}],
  ['a:\n  - x\nb:\n- y\nc:\n  d: e\nf: on\n  two lines\ng: h', { g: 'h' }],
  ['a: hr\na: it', {}],
  [`a: ${'x'.repeat(1025)}\nb: ${'x'.repeat(1024)}`, { b: 'x'.repeat(1024) }],
  ['not a member\na:b\n"a": c', {}],
])('%j is %o', (matter, expected) => {
  expect(readFrontMatter(matter)).toEqual(expected)
})

it('has no member that is not its own', () => {
  const read = readFrontMatter('__proto__: x\nconstructor: y')
  expect(Object.entries(read)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
})

it('is read in no more than linear time', () => {
  const beganMs = performance.now()
  for (const text of [
    "a: '" + "''".repeat(50_000),
    'a: "' + '\\"'.repeat(50_000),
    'a: ' + ' '.repeat(100_000) + 'x',
    'a: ' + '1'.repeat(100_000) + 'e',
    "a: 'x'" + ' '.repeat(100_000) + 'x',
  ]) {
    readFrontMatter(text)
  }
  expect(performance.now() - beganMs).toBeLessThan(2000)
})
