import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { newCertificate } from './support/certificates.ts'
import { runCommand, startCommand } from './support/command.ts'
import { kubectlFor } from './support/kubectl.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

describe('fairlead apiserver', () => {
  const folder = temporaryFolder()
  const dataDir = ['--data-dir', join(folder.path, 'data')]
  afterAll(() => folder[Symbol.dispose]())

  it('writes its kubeconfig where it is told, keeps nothing in memory, and stops on SIGTERM', async () => {
    const kubeconfig = join(folder.path, 'kubeconfig')
    for (const name of ['first', 'second']) {
      const flags = ['--port', '0', '--in-memory', '--kubeconfig', kubeconfig]
      await using server = startCommand(['apiserver', ...dataDir, ...flags])
      expect(await server.prints(/export KUBECONFIG=(\S+)/)).toBe(kubeconfig)
      const kubectl = kubectlFor(kubeconfig)
      expect(
        await kubectl(
          'get',
          'configmaps',
          '--field-selector=metadata.name!=kube-root-ca.crt',
          '-o',
          'name',
        ),
      ).toBe('')
      await kubectl('create', 'configmap', name)
      kubectl.dispose()
      server.kill('SIGTERM')
      expect(await server.ended).toBe(0)
    }
    expect(existsSync(join(folder.path, 'data'))).toBe(false)
  })

  it('knows users by their tokens, who may do what roles say, and says which plugin is unknown', async () => {
    const tokens = join(folder.path, 'tokens.csv')
    writeFileSync(tokens, 'secret-of-jane,jane,1,"developers,testers"\n')
    const flags = ['--port', '0', '--in-memory', '--token-auth-file', tokens]
    await using server = startCommand(['apiserver', ...dataDir, ...flags])
    const kubectl = kubectlFor(await server.prints(/export KUBECONFIG=(\S+)/))
    await kubectl('config', 'set-credentials', 'jane', '--token=secret-of-jane')
    expect(await kubectl('auth', 'whoami', '--user=jane')).toContain('testers')
    await expect(kubectl('get', 'secrets', '--user=jane')).rejects.toThrow('cannot list resource')
    kubectl.dispose()
    const odd = ['--in-memory', '--port', '0', '--disable-admission-plugins', 'Odd']
    const elsewhere = ['--data-dir', join(folder.path, 'elsewhere')]
    const { code, log } = await runCommand(['apiserver', ...elsewhere, ...odd])
    expect(code).toBe(1)
    expect(log).toMatch(/^[^\n]*admission plugin "Odd" is unknown\n$/)
  })

  it('obeys flags of kube-apiserver, and says which change nothing', async () => {
    const serving = newCertificate('/CN=apiserver')
    const admin = newCertificate('/O=system:masters/CN=someone')
    const fileOf = (name: string, text: string) => {
      const path = join(folder.path, name)
      writeFileSync(path, text)
      return path
    }
    const flags = [
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--client-ca-file',
      fileOf('clients.crt', admin.cert),
      `--tls-cert-file=${fileOf('serving.crt', serving.cert)}`,
      `--tls-private-key-file=${fileOf('serving.key', serving.key)}`,
      '--service-account-issuer=https://issuer.test',
      '--allow-privileged',
      '--v=2',
    ]
    await using server = startCommand([
      'apiserver',
      ...dataDir,
      '--port',
      '0',
      '--in-memory',
      ...flags,
    ])
    const kubeconfig = await server.prints(/export KUBECONFIG=(\S+)/)
    expect(server.log()).toContain('no effect: --allow-privileged: no containers are run')
    const kubectl = kubectlFor(kubeconfig)
    const [cert, key] = [fileOf('someone.crt', admin.cert), fileOf('someone.key', admin.key)]
    await kubectl(
      'config',
      'set-credentials',
      'someone',
      `--client-certificate=${cert}`,
      `--client-key=${key}`,
    )
    expect(await kubectl('auth', 'whoami', '--user=someone')).toContain('someone')
    await kubectl('create', 'serviceaccount', 'robot')
    const [, claims = ''] = (await kubectl('create', 'token', 'robot')).split('.')
    expect(Buffer.from(claims, 'base64url').toString()).toContain('"iss":"https://issuer.test"')
    await kubectl('config', 'set-credentials', 'nobody')
    // To a 401, kubectl without credentials asks for some.
    await expect(kubectl('get', '--raw', '/healthz', '--user=nobody')).rejects.toThrow('Username')
    kubectl.dispose()
  })

  it('does not overwrite a kubeconfig that is not its own', async () => {
    const file = join(folder.path, 'mine')
    writeFileSync(file, 'current-context: mine\n')
    const { code, log } = await runCommand(['apiserver', ...dataDir, '--kubeconfig', file])
    expect(code).toBe(2)
    expect(log).toContain(`${file} is there, and is not Fairlead's`)
    expect(readFileSync(file, 'utf8')).toBe('current-context: mine\n')
  })

  it.each([
    [['--watch-history', 'all'], '--watch-history is "all": expected a number from 1 to 9999999'],
    [['--authorization', 'ABAC'], '--authorization is "ABAC": expected RBAC or AlwaysAllow'],
    [['--token-auth-file', '/nowhere'], '--token-auth-file: ENOENT'],
    [
      ['--requestheader-client-ca-file', 'proxy.crt'],
      '--requestheader-client-ca-file: no proxy in front is believed who its callers are',
    ],
    [['--audit-log-path=-'], '--audit-log-path: there is no audit log'],
    [['--etcd-servers', 'http://127.0.0.1:2379'], 'give --data-dir or --in-memory instead'],
    [['--tls-cert-file', 'odd'], '--tls-cert-file and --tls-private-key-file go together'],
    [['--no-such-flag'], "Unknown option '--no-such-flag'"],
    [['--port', '70000'], '--port is "70000": expected a port from 0 to 65535'],
  ])('refuses %j', async (flags, message) => {
    const { code, log } = await runCommand(['apiserver', ...dataDir, ...flags])
    expect(code).toBe(2)
    expect(log).toContain(message)
  })
})
