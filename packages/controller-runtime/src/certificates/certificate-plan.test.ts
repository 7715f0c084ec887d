import { X509Certificate } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { certificateLifetimes } from './certificate-lifetimes.ts'
import { planCertificates } from './certificate-plan.ts'
import {
  bundleOf,
  certificatesIn,
  secretDataOf,
  type FoundCertificates,
  type StoredCertificates,
} from './stored-certificates.ts'

const dayMs = 24 * 60 * 60 * 1000
const startMs = Date.UTC(2026, 0, 1)
const lifetimes = certificateLifetimes({
  certificateMs: 90 * dayMs,
  authorityMs: 1095 * dayMs,
  overlapMs: 60 * 60 * 1000,
})
const hosts = ['webhooks.system.svc', '10.0.0.1']

const plan = (found: FoundCertificates, nowMs: number, names = hosts) =>
  planCertificates(found, { hosts: names, lifetimes, nowMs })

const first = plan({}, startMs).certificates

function withoutServing({ serving: _serving, ...others }: StoredCertificates): FoundCertificates {
  return others
}

/** Whether a client that trusts the bundle accepts what is shown. */
function isAccepted(
  shown: StoredCertificates,
  trusted: StoredCertificates,
  nowMs: number,
): boolean {
  const leaf = new X509Certificate(shown.serving.certificate)
  const valid = (certificate: X509Certificate) =>
    certificate.validFromDate.getTime() <= nowMs && certificate.validToDate.getTime() > nowMs
  const bundle = bundleOf(trusted).match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
  return (
    valid(leaf) &&
    hosts.every((host) => leaf.checkHost(host) !== undefined || leaf.checkIP(host) !== undefined) &&
    bundle
      .map((pem) => new X509Certificate(pem))
      .some((authority) => valid(authority) && leaf.verify(authority.publicKey))
  )
}

test('the first ones are an authority and a certificate for all hosts', () => {
  expect(plan({}, startMs).changes).toEqual([
    'a new authority: there is none',
    'a new certificate: there is none, or it cannot be read',
  ])
  expect(isAccepted(first, first, startMs)).toBe(true)
  expect(isAccepted(first, first, startMs - 60_000)).toBe(true)
  expect(first.next).toBeUndefined()
})

test('what is there stays, until a third of its lifetime is left', () => {
  for (const days of [0, 1, 59]) {
    const { certificates, changes } = plan(first, startMs + days * dayMs)
    expect(changes).toEqual([])
    expect(certificates).toEqual(first)
  }
  const { certificates, changes } = plan(first, startMs + 61 * dayMs)
  expect(changes).toEqual(['a new certificate: it expires'])
  expect(certificates.authority).toEqual(first.authority)
  expect(isAccepted(certificates, first, startMs + 61 * dayMs)).toBe(true)
})

test('in a year of short lifetimes, nothing is shown that was not trusted before', () => {
  const short = certificateLifetimes({
    certificateMs: 10 * dayMs,
    authorityMs: 90 * dayMs,
    overlapMs: dayMs / 2,
  })
  const options = { hosts, lifetimes: short, nowMs: startMs }
  let before = planCertificates({}, options).certificates
  let authorities = 0
  for (let nowMs = startMs; nowMs < startMs + 365 * dayMs; nowMs += dayMs / 2) {
    const { certificates, changes } = planCertificates(before, { ...options, nowMs })
    if (certificates.authority.certificate !== before.authority.certificate) authorities += 1
    // By those who have not heard of the change, and what others still show.
    expect(isAccepted(certificates, before, nowMs)).toBe(true)
    expect(isAccepted(before, certificates, nowMs)).toBe(true)
    if (changes.length === 0) expect(certificates).toEqual(before)
    expect(certificates.earlier.length).toBeLessThanOrEqual(1)
    before = certificates
  }
  // 90 days, without the last 20 and what then is left of a certificate.
  expect(authorities).toBe(5)
})

describe('the authority', () => {
  const late = (() => {
    // Kept current for as long.
    let current = first
    for (let nowMs = startMs; nowMs <= startMs + 900 * dayMs; nowMs += 5 * dayMs) {
      current = plan(current, nowMs).certificates
    }
    return current
  })()

  test('has a successor before it expires, which is trusted before it signs', () => {
    const { certificates, changes } = plan(
      { ...late, serving: late.serving },
      startMs + 920 * dayMs,
    )
    expect(changes).toContain('the next authority, because this one expires')
    expect(certificates.next).toBeDefined()
    expect(certificates.authority).toEqual(late.authority)
    const nextMs = startMs + 920 * dayMs
    // Too early: the old one signs.
    const early = plan(withoutServing(certificates), nextMs + 60_000)
    expect(early.certificates.authority).toEqual(late.authority)
    const after = plan(withoutServing(certificates), nextMs + 3_600_000)
    expect(after.certificates.authority).toEqual(certificates.next)
    expect(after.certificates.next).toBeUndefined()
    expect(after.certificates.earlier).toEqual([late.authority.certificate])
    expect(bundleOf(after.certificates)).toContain(late.authority.certificate.trim())
  })

  test('if it has expired meanwhile, everything is new at once', () => {
    const { certificates, changes } = plan(first, startMs + 2000 * dayMs)
    expect(changes).toEqual([
      'a new authority: it has expired',
      'a new certificate: it has expired',
    ])
    expect(isAccepted(certificates, certificates, startMs + 2000 * dayMs)).toBe(true)
  })

  test('after a long absence nothing is written again and again', () => {
    const nowMs = startMs + 1094 * dayMs
    let current: FoundCertificates = first
    let writes = 0
    for (let elapsed = 0; elapsed < 2 * 3_600_000; elapsed += 10_000) {
      const { certificates, changes } = plan(current, nowMs + elapsed)
      if (changes.length > 0) writes += 1
      current = certificates
    }
    expect(writes).toBe(2)
  })
})

test('a certificate is made anew for a further host', () => {
  const { certificates, changes } = plan(first, startMs, [...hosts, 'other.system.svc'])
  expect(changes).toEqual(['a new certificate: it is not for other.system.svc'])
  expect(certificates.authority).toEqual(first.authority)
})

describe('a Secret', () => {
  test('holds everything', () => {
    for (const stored of [
      first,
      { ...first, next: plan({}, startMs).certificates.authority },
      { ...first, earlier: [plan({}, startMs).certificates.authority.certificate] },
    ]) {
      expect(certificatesIn(secretDataOf(stored))).toEqual(stored)
    }
  })

  const data = secretDataOf(first)
  const other = secretDataOf(plan({}, startMs).certificates)
  test.each([
    ['without the certificate', { ...data, 'tls.crt': '' }, true],
    ['half-written', { ...data, 'tls.key': other['tls.key'] ?? '' }, true],
    ['cut off', { ...data, 'tls.crt': (data['tls.crt'] ?? '').slice(0, 300) }, true],
    ['that is not base64', { ...data, 'tls.key': '%%' }, true],
    ['without the key of the authority', { ...data, 'ca.key': '' }, false],
    ['with the key of another authority', { ...data, 'ca.key': other['ca.key'] ?? '' }, false],
    ['of nothing', {}, false],
  ])('%s is mended', (_name, broken, keepsAuthority) => {
    const { certificates, changes } = plan(certificatesIn(broken), startMs)
    expect(changes.length).toBeGreaterThan(0)
    expect(certificates.authority.certificate === first.authority.certificate).toBe(keepsAuthority)
    expect(isAccepted(certificates, certificates, startMs)).toBe(true)
    // What others still show is trusted.
    const shown = { ...first }
    if ('ca.crt' in broken) expect(isAccepted(shown, certificates, startMs)).toBe(true)
  })
})

test('lifetimes that leave no time for a change are refused', () => {
  expect(() => certificateLifetimes({ certificateMs: 1000, authorityMs: 3000 })).toThrow(
    'an authority must be valid for more than three times as long as a certificate',
  )
  expect(() => certificateLifetimes({ certificateMs: 3000, overlapMs: 1001 })).toThrow(
    'the overlap of authorities must be at most a third',
  )
  expect(certificateLifetimes({ certificateMs: 3000 })).toMatchObject({ overlapMs: 1000 })
})

test.each([
  { certificateMs: 0 },
  { certificateMs: -dayMs },
  { certificateMs: NaN },
  { authorityMs: Infinity },
  { overlapMs: -1 },
])('the lifetimes %j are refused: nothing made by them would last', (given) => {
  expect(() => certificateLifetimes(given)).toThrow('must be above 0')
})

test('what was made while a clock was ahead is replaced, as nobody accepts it yet', () => {
  const ahead = plan({}, startMs + 200 * dayMs).certificates
  const { certificates, changes } = plan(ahead, startMs)
  expect(changes).toEqual([
    'a new authority: it is not valid yet',
    'a new certificate: it is not valid yet',
  ])
  expect(isAccepted(certificates, certificates, startMs)).toBe(true)
  // Other replicas may still show what the earlier one has signed.
  expect(certificates.earlier).toEqual([ahead.authority.certificate])
  expect(plan(certificates, startMs).changes).toEqual([])
  expect(plan(certificates, startMs + 200 * dayMs).certificates.authority).toEqual(
    certificates.authority,
  )
})

test('a next authority that is not valid yet does not take the place of one that is lost', () => {
  const late = startMs + 1000 * dayMs
  const { certificates } = plan(first, late)
  expect(certificates.next).toBeDefined()
  const { authority: _lost, ...others } = certificates
  const back = startMs + 500 * dayMs
  const recovered = plan(others, back).certificates
  expect(isAccepted(recovered, recovered, back)).toBe(true)
})
