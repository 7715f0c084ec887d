import { ConfigMap, Namespace } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import {
  allNamespaces,
  type CacheSettings,
  informerScopes,
  kindSettings,
  type ScopeSettings,
} from './cache-settings.ts'

const scopesOf = (kind: ScopeSettings, defaults: CacheSettings = {}) =>
  Object.fromEntries(informerScopes(ConfigMap, kind, defaults))

// controller-runtime pkg/cache/defaulting_test.go: TestDefaultOpts
describe('the scopes of a kind', () => {
  it.each<[string, ScopeSettings, CacheSettings, Record<string, object>]>([
    ['are everything by default', {}, {}, { '': {} }],
    [
      'come from the default namespaces',
      {},
      { defaultNamespaces: ['a', 'b'] },
      { a: { namespace: 'a' }, b: { namespace: 'b' } },
    ],
    [
      'come from the namespaces of the kind before those',
      { namespaces: { c: { labelSelector: 'x=1' } } },
      { defaultNamespaces: ['a', 'b'], defaultLabelSelector: 'x=2' },
      { c: { namespace: 'c', labelSelector: 'x=1' } },
    ],
    [
      'are everything with empty namespaces',
      { namespaces: {} },
      { defaultNamespaces: ['a'] },
      { '': {} },
    ],
    [
      'have the selectors of the namespace, else of the kind, else the defaults',
      { labelSelector: 'kind=1', namespaces: { a: { labelSelector: 'own=1' }, b: {} } },
      { defaultLabelSelector: 'default=1', defaultFieldSelector: 'metadata.name=x' },
      {
        a: { namespace: 'a', labelSelector: 'own=1', fieldSelector: 'metadata.name=x' },
        b: { namespace: 'b', labelSelector: 'kind=1', fieldSelector: 'metadata.name=x' },
      },
    ],
    [
      'take the selectors of default namespaces too',
      { fieldSelector: 'metadata.name=y' },
      { defaultNamespaces: { a: { labelSelector: 'x=1' } } },
      { a: { namespace: 'a', labelSelector: 'x=1', fieldSelector: 'metadata.name=y' } },
    ],
    [
      'leave the named namespaces out of all others',
      { namespaces: { a: {}, b: {}, [allNamespaces]: { fieldSelector: 'metadata.name=z' } } },
      {},
      {
        a: { namespace: 'a' },
        b: { namespace: 'b' },
        '': { fieldSelector: 'metadata.namespace!=a,metadata.namespace!=b,metadata.name=z' },
      },
    ],
  ])('%s', (_, kind, defaults, expected) => {
    expect(scopesOf(kind, defaults)).toEqual(expected)
  })

  it('ignore default namespaces for a kind without, and refuse its own', () => {
    const defaults: CacheSettings = { defaultNamespaces: ['a'], defaultLabelSelector: 'x=1' }
    expect([...informerScopes(Namespace, {}, defaults)]).toEqual([['', { labelSelector: 'x=1' }]])
    expect(() => informerScopes(Namespace, { namespaces: ['a'] }, {})).toThrow(
      'namespaces are in no namespace, but the cache is given namespaces for them',
    )
  })

  it('refuse selectors that no server accepts', () => {
    expect(() => scopesOf({ labelSelector: 'a in' })).toThrow('unable to parse')
    expect(() => scopesOf({ fieldSelector: 'metadata.name' })).toThrow('invalid selector')
  })
})

it('settings of a kind know its objects', () => {
  kindSettings(ConfigMap, { transform: (object) => ({ ...object, data: {} }) })
  // @ts-expect-error A ConfigMap has no spec.
  kindSettings(ConfigMap, { transform: ({ spec }) => spec })
})
