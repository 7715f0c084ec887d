import { describe, expect, it } from 'vitest'

import { compileJsonPath, evaluateFieldPath } from './json-path.ts'

const document = {
  spec: { replicas: 3, 'dotted.name': 'x', empty: '', list: ['a', 'b'], 'odd/key': 1 },
  metadata: { labels: { 'app.kubernetes.io/name': 'web' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False' },
    ],
  },
}

describe('compileJsonPath', () => {
  it.each([
    ['.spec.replicas', [3]],
    ['{.spec.replicas}', [3]],
    ['$.spec.replicas', [3]],
    [".spec['dotted.name']", ['x']],
    ['.spec["dotted.name"]', ['x']],
    ['.spec.dotted\\.name', ['x']],
    ['.metadata.labels.app\\.kubernetes\\.io/name', ['web']],
    ['.spec.list[0]', ['a']],
    ['.spec.list[-1]', ['b']],
    ['.spec.list[*]', ['a', 'b']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type == 'Synced')].status", ['False']],
    ['.status.conditions[?(@.type!="Ready")].type', ['Synced']],
    ['.spec.empty', ['']],
    ['.spec.missing.deeper', []],
    ['.spec.list[7]', []],
    ['.spec.constructor', []],
  ])('%s', (path, expected) => {
    expect(compileJsonPath(path).evaluate(document)).toEqual(expected)
  })

  it('names the part that it does not understand', () => {
    expect(() => compileJsonPath('.spec[?(1)]')).toThrow('not supported from "[?(1)]" on')
  })
})

describe('evaluateFieldPath', () => {
  it('follows plain names', () => {
    expect(evaluateFieldPath(document, 'spec.replicas')).toBe(3)
    expect(evaluateFieldPath(document, 'spec.none.deeper')).toBeUndefined()
  })
})
