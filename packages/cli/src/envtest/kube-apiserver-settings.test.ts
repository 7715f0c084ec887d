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
      '--secure-port=4321',
    )
    expect(given).toMatchObject({ host: '127.0.0.1', port: 4321, clientAuthorities: 'ca.crt' })
    expect(given.admission?.disable).toEqual(['ServiceAccount', 'Priority'])
    expect(given.serving).toEqual({ certificate: 'apiserver.crt', privateKey: 'apiserver.key' })
  })

  it.each([
    [[], '--etcd-servers must be specified'],
    [['--etcd-servers=http://a', '--secure-port=0'], '--secure-port is "0"'],
    [['--etcd-servers=http://a', '--tls-cert-file=x'], 'go together'],
    [['--etcd-servers=http://a', '--client-ca-file=/nowhere'], '--client-ca-file: ENOENT'],
    [['--etcd-servers=http://a', '--authorization-mode=ABAC'], '"ABAC" is not served'],
  ])('refuses %j', (args, message) => {
    expect(() => settings(...args)).toThrow(message)
  })
})
