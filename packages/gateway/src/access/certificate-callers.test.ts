import { describe, expect, it } from 'vitest'
import { consumerOf } from '../test-support/snapshot.ts'
import { consumerCaller } from './caller.ts'
import { CertificateCallers } from './certificate-callers.ts'
import { ConsumerDirectory } from './consumer-directory.ts'

const consumers = ['cluster', 'shop', 'default'].map((namespace) =>
  consumerCaller({ ...consumerOf('web'), namespace }),
)
const callers = new CertificateCallers(
  { consumer: 'URI', consumers: 'Match' },
  new ConsumerDirectory('default', consumers),
)
const showing = (...values: readonly string[]) =>
  callers.find({
    commonName: 'web',
    alternativeNames: values.map((value) => ({ type: 'URI', value })),
    fingerprint256: '',
  }).consumer

describe('the Consumer that a URI names', () => {
  it('is in the last two parts of its path', () => {
    expect(showing('spiffe://cluster/shop/web')).toBe('shop/web')
    expect(showing('spiffe://cluster/a/b/shop/web', 'spiffe://cluster/default/web')).toBe(
      'shop/web',
    )
  })

  it.each([
    ['spiffe://cluster/web'],
    ['spiffe://shop/web'],
    ['spiffe:/shop/web'],
    ['spiffe:///shop/web'],
    ['shop/web'],
    ['spiffe://cluster/shop/web?x'],
    ['spiffe://cluster/x#/shop/web'],
    ['spiffe://cluster//web'],
    ['spiffe://cluster/shop/web/'],
  ])('is none in %s', (uri) => {
    expect(() => showing(uri)).toThrow('names')
  })
})
