import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { inClusterConfig } from './in-cluster.ts'
import { KubeConfigError } from './kube-config.ts'
import { kubeConfigPath, loadKubeConfig } from './load-kube-config.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const anySignal = new AbortController().signal

let directory: string
let clock: FakeClock

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kube-config-'))
  clock = new FakeClock()
})

afterEach(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode: 0o755 })
  return path
}

/** A kubeconfig with one of everything; `user` is a JSON object. */
function config(user: object, cluster: object = {}): string {
  return JSON.stringify({
    'current-context': 'main',
    contexts: [
      { name: 'main', context: { cluster: 'c', user: 'u', namespace: 'team' } },
      { name: 'anonymous', context: { cluster: 'c' } },
      { name: 'broken', context: { cluster: 'missing', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://example.com:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  })
}

function load(user: object, cluster?: object) {
  return loadKubeConfig({ file: file('config', config(user, cluster)) }, clock)
}

describe('a kubeconfig', () => {
  it('gives server, namespace, trust and token', async () => {
    const loaded = load(
      { token: 't' },
      { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'api' },
    )
    expect(loaded).toMatchObject({
      server: 'https://example.com:6443',
      namespace: 'team',
      tls: { ca: 'CA', serverName: 'api' },
    })
    expect(await loaded.credentials.current(anySignal)).toEqual({ authorization: 'Bearer t' })
  })

  it('gives certificates from data and from files beside it', async () => {
    file('cert.pem', 'CERT')
    file('ca.pem', 'CA')
    const user = { 'client-certificate': 'cert.pem', 'client-key-data': base64('KEY') }
    const loaded = load(user, { 'certificate-authority': 'ca.pem' })
    expect(loaded.tls.ca).toBe('CA')
    expect(await loaded.credentials.current(anySignal)).toEqual({ certificate: 'CERT', key: 'KEY' })
  })

  it('may trust anybody or be anonymous', async () => {
    const text = config({ token: 't' }, { 'insecure-skip-tls-verify': true })
    const loaded = loadKubeConfig({ text, context: 'anonymous' })
    expect(loaded.tls).toEqual({ insecureSkipVerify: true })
    expect(await loaded.credentials.current(anySignal)).toEqual({})
  })

  it('gives a user and password', async () => {
    const loaded = load({ username: 'me', password: 'it' })
    const { authorization } = await loaded.credentials.current(anySignal)
    expect(authorization).toBe(`Basic ${base64('me:it')}`)
  })

  it('is YAML too', () => {
    const text =
      'current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\nclusters:\n- name: b\n  cluster: {server: http://localhost:1}\n'
    expect(loadKubeConfig({ text }).server).toBe('http://localhost:1')
  })

  it('may be several files, of which the first that says something counts', () => {
    const first = file(
      'first',
      JSON.stringify({
        'current-context': 'mine',
        contexts: [{ name: 'mine', context: { cluster: 'c' } }],
      }),
    )
    const second = file('second', config({ token: 't' }))
    const paths = [first, join(directory, 'missing'), second].join(delimiter)
    expect(loadKubeConfig({ file: paths })).toMatchObject({ server: 'https://example.com:6443' })
    expect(loadKubeConfig({ file: paths }).namespace).toBeUndefined()
  })

  it.each([
    ['a missing file', () => loadKubeConfig({ file: '/does/not/exist' }), '/does/not/exist'],
    [
      'a text that is not YAML',
      () => loadKubeConfig({ text: '{ token: hunter2, [' }),
      'not valid YAML',
    ],
    ['a text that is no kubeconfig', () => loadKubeConfig({ text: '42' }), 'not a kubeconfig'],
    ['no current context', () => loadKubeConfig({ text: '{}' }), 'no current context'],
    [
      'an unknown context',
      () => loadKubeConfig({ text: config({}), context: 'x' }),
      'no context "x"',
    ],
    [
      'an unknown cluster',
      () => loadKubeConfig({ text: config({}), context: 'broken' }),
      'no cluster "missing"',
    ],
    [
      'a bad address',
      () => loadKubeConfig({ text: config({}, { server: 'nope' }) }),
      'no valid server',
    ],
    [
      'a missing key file',
      () => loadKubeConfig({ text: config({ 'client-key': '/no/key' }) }),
      '/no/key',
    ],
    ['nothing at all', () => loadKubeConfig({}), 'file or text'],
  ])('of %s says so', (_, act, message) => {
    expect(act).toThrow(KubeConfigError)
    expect(act).toThrow(message)
  })

  it('never quotes itself in an error', () => {
    try {
      loadKubeConfig({ text: '{ token: hunter2, [' })
    } catch (error) {
      expect(String((error as Error).stack) + String((error as Error).cause)).not.toContain(
        'hunter2',
      )
    }
    expect.assertions(1)
  })

  it('is found where kubectl finds it', () => {
    expect(kubeConfigPath({ KUBECONFIG: '/a:/b' })).toBe('/a:/b')
    expect(kubeConfigPath({})).toMatch(/\.kube\/config$/)
  })
})

describe('what a kubeconfig says of the way and of whom to act as', () => {
  it('is kept', () => {
    const loaded = load(
      { as: 'jane', 'as-uid': '7', 'as-groups': ['a', 'b'], 'as-user-extra': { scope: ['x'] } },
      { 'proxy-url': 'http://me:it@proxy:3128', 'disable-compression': true },
    )
    expect(loaded).toMatchObject({
      proxy: 'http://me:it@proxy:3128/',
      compression: false,
      impersonate: { user: 'jane', uid: '7', groups: ['a', 'b'], extra: { scope: ['x'] } },
    })
    expect(load({ token: 't' })).not.toHaveProperty('impersonate')
  })

  it.each([
    [{ 'as-groups': ['a'] }, {}, 'for u without impersonating a user'],
    [{ 'auth-provider': { name: 'oidc' } }, {}, 'auth-provider "oidc", which is not supported'],
    [{}, { 'proxy-url': 'socks5://me:hunter2@proxy:1080' }, 'scheme socks5, which is not'],
    [{}, { 'proxy-url': 'hunter2 proxy' }, 'cluster "c" is not a valid URL'],
    [{ exec: { command: 'x', interactiveMode: 'Always' } }, {}, 'standard input is unavailable'],
  ])('is refused if it cannot be done: %j %j', (user, cluster, message) => {
    expect(() => load(user, cluster)).toThrow(KubeConfigError)
    expect(() => load(user, cluster)).toThrow(message)
    expect(() => load(user, cluster)).not.toThrow('hunter2')
  })
})

describe('the file of an authority', () => {
  it('is read again after a minute, and kept while it is empty or gone', async () => {
    const ca = file('ca', 'CA 1')
    const { tls } = load({}, { 'certificate-authority': 'ca' })
    writeFileSync(ca, 'CA 2')
    expect([tls.ca, await tls.currentCa?.()]).toEqual(['CA 1', 'CA 1'])
    await clock.advance(60_000)
    expect(await tls.currentCa?.()).toBe('CA 2')
    writeFileSync(ca, '\n')
    await clock.advance(60_000)
    expect(await tls.currentCa?.()).toBe('CA 2')
    rmSync(ca)
    await clock.advance(60_000)
    expect(await tls.currentCa?.()).toBe('CA 2')
  })
})

describe('a token file', () => {
  it('is read again after a minute, and at once after a refusal', async () => {
    const path = file('token', 'one\n')
    const { credentials } = load({ tokenFile: 'token' })
    const token = async () => (await credentials.current(anySignal)).authorization
    expect(await token()).toBe('Bearer one')
    writeFileSync(path, 'two')
    expect(await token()).toBe('Bearer one')
    await clock.advance(60_000)
    expect(await token()).toBe('Bearer two')
    writeFileSync(path, 'three')
    credentials.invalidate()
    expect(await token()).toBe('Bearer three')
    rmSync(path)
    await clock.advance(60_000)
    expect(await token()).toBe('Bearer three')
  })

  it('must exist at first', async () => {
    const { credentials } = load({ tokenFile: 'token' })
    await expect(credentials.current(anySignal)).rejects.toThrow(KubeConfigError)
  })
})

describe('an exec plugin', () => {
  /** A plugin that counts its runs and prints the given output. */
  function plugin(status: object) {
    const credential = {
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      status,
    }
    file(
      'plugin.sh',
      `#!/bin/sh\necho run >> ${join(directory, 'runs')}\nprintf '%s' "$KUBERNETES_EXEC_INFO" > ${join(directory, 'info')}\ncat <<'END'\n${JSON.stringify(credential)}\nEND\n`,
    )
    return {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: './plugin.sh',
        args: ['x'],
        provideClusterInfo: true,
      },
    }
  }

  it('runs when needed, once for many, and again when its token ends or is refused', async () => {
    const expirationTimestamp = new Date(clock.now() + 60_000).toISOString()
    const { credentials } = load(plugin({ token: 'secret', expirationTimestamp }))
    const { readFileSync } = await import('node:fs')
    const runs = () => readFileSync(join(directory, 'runs'), 'utf8').split('\n').length - 1
    const all = await Promise.all([1, 2, 3].map(() => credentials.current(anySignal)))
    expect(all.map(({ authorization }) => authorization)).toEqual(Array(3).fill('Bearer secret'))
    expect(runs()).toBe(1)
    const info: unknown = JSON.parse(readFileSync(join(directory, 'info'), 'utf8'))
    expect(info).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://example.com:6443' } },
    })
    await credentials.current(anySignal)
    expect(runs()).toBe(1)
    await clock.advance(50_000)
    await credentials.current(anySignal)
    expect(runs()).toBe(2)
    credentials.invalidate()
    await credentials.current(anySignal)
    expect(runs()).toBe(3)
  })

  it('may give a certificate', async () => {
    const user = plugin({ clientCertificateData: 'CERT', clientKeyData: 'KEY' })
    expect(await load(user).credentials.current(anySignal)).toEqual({
      certificate: 'CERT',
      key: 'KEY',
    })
  })

  it.each([
    ['fails', '#!/bin/sh\necho hunter2\nexit 3\n', 'failed (3)'],
    ['prints something else', '#!/bin/sh\necho hunter2\n', 'printed no ExecCredential'],
    [
      'gives nothing',
      '#!/bin/sh\necho \'{"kind":"ExecCredential","status":{}}\'\n',
      'gave no token',
    ],
  ])('that %s is an error without its output', async (_, script, message) => {
    file('plugin.sh', script)
    const { credentials } = load({ exec: { command: './plugin.sh' } })
    const error: unknown = await credentials.current(anySignal).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(KubeConfigError)
    expect((error as Error).message).toContain(message)
    expect(String((error as Error).stack) + String((error as Error).cause)).not.toContain('hunter2')
  })
})

describe('in a cluster', () => {
  it('everything comes from the pod', async () => {
    file('token', 'pod-token')
    file('namespace', 'mine\n')
    file('ca.crt', 'CA')
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    const loaded = inClusterConfig(clock, env, directory)
    expect(loaded).toMatchObject({
      server: 'https://[fd00::1]:443',
      namespace: 'mine',
      tls: { ca: 'CA' },
    })
    expect(await loaded.credentials.current(anySignal)).toEqual({
      authorization: 'Bearer pod-token',
    })
  })

  it('is not here', () => {
    expect(() => inClusterConfig(clock, {}, directory)).toThrow('KUBERNETES_SERVICE_HOST')
  })
})
