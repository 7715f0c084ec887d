import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseGoFlags } from './go-flags.ts'
import { kubeApiServerFlags } from './kube-apiserver-flags.ts'
import { kubeApiServerSettings } from './kube-apiserver-settings.ts'

describe("what kube-apiserver's flags ask for", () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-certificates-'))
    for (const name of ['apiserver.crt', 'apiserver.key', 'ca.crt']) {
      writeFileSync(join(folder, name), name)
    }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function settings(...args: readonly string[]) {
    return kubeApiServerSettings(parseGoFlags(kubeApiServerFlags, args))
  }

  it('has the defaults of kube-apiserver', () => {
    expect(settings('--etcd-servers=http://127.0.0.1:2379/')).toEqual({
      host: '0.0.0.0',
      port: 6443,
      etcd: 'http://127.0.0.1:2379',
      etcdPrefix: '/registry',
      admission: { enable: ['ServiceAccount'], disable: [] },
      authorization: 'AlwaysAllow',
      anonymous: false,
      serviceAccounts: {},
      featureGates: {},
      runtimeConfig: {},
    })
  })

  it('serves with the pair in the directory of certificates, and believes its clients', () => {
    const given = settings(
      '--etcd-servers=http://127.0.0.1:1',
      `--cert-dir=${folder}`,
      `--client-ca-file=${join(folder, 'ca.crt')}`,
      '--authorization-mode=Node,RBAC',
      '--bind-address=127.0.0.1',
      '--disable-admission-plugins=ServiceAccount,Priority',
      '--feature-gates=MutatingAdmissionPolicy=true,WatchList=false',
      '--runtime-config=api/all',
      '--secure-port=4321',
    )
    expect(given).toMatchObject({ host: '127.0.0.1', port: 4321, clientAuthorities: 'ca.crt' })
    expect(given.admission?.disable).toEqual(['ServiceAccount', 'Priority'])
    expect(given.serving).toEqual({ certificate: 'apiserver.crt', privateKey: 'apiserver.key' })
    expect(given).toMatchObject({ authorization: 'RBAC', anonymous: true })
    expect(given).toMatchObject({
      featureGates: { MutatingAdmissionPolicy: true, WatchList: false },
      runtimeConfig: { 'api/all': true },
    })
  })

  it('knows users by a file of tokens, and service accounts by keys', () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const key = (name: string) => `-----BEGIN PUBLIC KEY-----\n${name}\n-----END PUBLIC KEY-----\n`
    const tokens = 'secret,jane,7,"developers,""all"""\n,nobody,1\n'
    const given = settings(
      '--etcd-servers=http://127.0.0.1:1',
      '--authorization-mode=RBAC',
      '--anonymous-auth=false',
      `--token-auth-file=${file('tokens.csv', tokens)}`,
      '--service-account-issuer=https://issuer',
      '--api-audiences=one,two',
      `--service-account-signing-key-file=${file('signer.key', 'signer')}`,
      `--service-account-key-file=${file('keys.pub', key('a') + key('b'))}`,
    )
    expect(given).toMatchObject({
      anonymous: false,
      staticTokens: [
        { token: 'secret', user: { name: 'jane', uid: '7', groups: ['developers', '"all"'] } },
      ],
      serviceAccounts: {
        issuer: 'https://issuer',
        audiences: ['one', 'two'],
        signingKey: 'signer',
        verificationKeys: [key('a'), key('b')],
      },
    })
    expect(given.staticTokens).toHaveLength(1)
  })

  it.each([
    ['secret,jane\n', 'line 1 must have at least 3 columns (token, user name, user uid), found 2'],
    ['a,b,c\n"secret,jane,1\n', 'line 2 is no CSV'],
  ])('refuses the tokens %j', (text, message) => {
    writeFileSync(join(folder, 'tokens.csv'), text)
    expect(() =>
      settings('--etcd-servers=http://a', `--token-auth-file=${join(folder, 'tokens.csv')}`),
    ).toThrow(`--token-auth-file: ${message}`)
  })

  it.each([
    [[], '--etcd-servers must be specified'],
    [['--etcd-servers=http://a', '--secure-port=0'], '--secure-port is "0"'],
    [['--etcd-servers=http://a', '--tls-cert-file=x'], 'go together'],
    [['--etcd-servers=http://a', '--client-ca-file=/nowhere'], '--client-ca-file: ENOENT'],
    [['--etcd-servers=http://a', '--authorization-mode=ABAC'], '"ABAC" is not served'],
    [['--etcd-servers=http://a', '--authorization-mode=Node'], 'beside RBAC alone'],
    [['--etcd-servers=http://a', '--service-account-issuer=a,b'], 'one issuer is served'],
  ])('refuses %j', (args, message) => {
    expect(() => settings(...args)).toThrow(message)
  })
})
