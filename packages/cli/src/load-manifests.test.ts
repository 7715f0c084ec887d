import { describe, expect, it } from 'vitest'
import { ManifestError, parseManifests } from './load-manifests.ts'

const names = (text: string) =>
  parseManifests('a.yaml', text).map(({ object }) => object.metadata.name)
const object = (name: string) => `{apiVersion: v1, kind: Secret, metadata: {name: ${name}}}`

describe('parseManifests', () => {
  it('reads several documents and passes over empty ones', () => {
    expect(names(`---\n${object('a')}\n---\n---\n${object('b')}\n`)).toEqual(['a', 'b'])
  })

  it('reads a List', () => {
    expect(names(`{apiVersion: v1, kind: List, items: [${object('a')}, ${object('b')}]}`)).toEqual([
      'a',
      'b',
    ])
  })

  it('reads nothing from an empty file', () => {
    expect(names('')).toEqual([])
  })

  it.each(['just text', '{kind: Secret}', '{apiVersion: v1, kind: Secret, metadata: {}}'])(
    'refuses %j and names the file',
    (text) => {
      expect(() => names(text)).toThrow(ManifestError)
      expect(() => names(text)).toThrow('a.yaml: needs apiVersion, kind and metadata.name')
    },
  )

  it('names the line of broken YAML', () => {
    expect(() => names('a: [1\nb: 2')).toThrow(/^a\.yaml:2: Flow sequence/)
  })
})
