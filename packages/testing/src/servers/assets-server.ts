import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Clock, openScope, silentLogger, sleep, untilAborted } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { Namespace } from '@fairlead/kube-types'
import { credentialFilesInMemory, PublicKeyInfrastructure } from '@fairlead/pki'
import { stringify } from 'yaml'

import { type ChildProgram, startProgram } from './child-program.ts'
import { remoteServer } from './existing-server.ts'
import type { TestServer } from './test-server.ts'

const startTimeoutMs = 60_000
const askAgainMs = 100

/**
 * Starts the `etcd` and `kube-apiserver` of a directory, as Go's envtest does: with certificates made
 * for them, on free ports, in a directory that is removed at the end.
 * @throws an Error when a program is missing, ends, or does not answer in a minute
 */
export async function startAssets(directory: string, clock: Clock): Promise<TestServer> {
  for (const name of ['etcd', 'kube-apiserver']) {
    if (existsSync(join(directory, name))) continue
    throw new Error(
      `KUBEBUILDER_ASSETS is ${directory}, where there is no ${name}: \`fairlead envtest assets\` or setup-envtest writes the programs`,
    )
  }
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-envtest-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const etcdPort = await freePort()
  const etcdUrl = `http://127.0.0.1:${etcdPort}`
  const etcd = undo.use(
    startProgram(join(directory, 'etcd'), etcdArguments(folder, etcdUrl), clock),
  )
  await healthy(etcd, 'etcd', clock, async () => (await fetch(`${etcdUrl}/health`)).ok)
  const port = await freePort()
  const credentials = writeCredentials(folder, clock)
  const server = undo.use(
    startProgram(join(directory, 'kube-apiserver'), serverArguments(folder, etcdUrl, port), clock),
  )
  const kubeconfig = kubeconfigOf(`https://127.0.0.1:${port}`, credentials)
  const config = loadKubeConfig({ text: kubeconfig })
  const client = createClient(config, { logger: silentLogger })
  try {
    await healthy(server, 'kube-apiserver', clock, async () => {
      await client.get(Namespace, { name: 'default' })
      return true
    })
  } finally {
    await client.close()
  }
  const running = undo.move()
  return remoteServer(
    'the API server of KUBEBUILDER_ASSETS',
    config,
    () => kubeconfig,
    () => running.disposeAsync(),
  )
}

function etcdArguments(folder: string, url: string): readonly string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--unsafe-no-fsync=true',
  ]
}

function serverArguments(folder: string, etcd: string, port: number): readonly string[] {
  return [
    '--allow-privileged=true',
    '--authorization-mode=RBAC',
    '--bind-address=127.0.0.1',
    `--cert-dir=${folder}`,
    `--client-ca-file=${join(folder, 'ca.crt')}`,
    '--disable-admission-plugins=ServiceAccount',
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    `--service-account-issuer=https://127.0.0.1:${port}`,
    `--service-account-key-file=${join(folder, 'service-accounts.key')}`,
    `--service-account-signing-key-file=${join(folder, 'service-accounts.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    `--tls-cert-file=${join(folder, 'server.crt')}`,
    `--tls-private-key-file=${join(folder, 'server.key')}`,
  ]
}

interface Credentials {
  readonly ca: string
  readonly certificate: string
  readonly privateKey: string
}

/** Those of the server as files; returns the administrator's. */
function writeCredentials(folder: string, clock: Clock): Credentials {
  const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), () => clock.now())
  const server = pki.newLeaf({
    usage: 'server',
    subject: { commonName: 'kube-apiserver' },
    hosts: ['127.0.0.1', '::1', 'localhost', 'kubernetes.default.svc'],
  })
  const admin = pki.newLeaf({
    usage: 'client',
    subject: { commonName: 'admin', organizations: ['system:masters'] },
  })
  const accounts = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const files = {
    'ca.crt': pki.caCertificate,
    'server.crt': server.certificate,
    'server.key': server.privateKey,
    'service-accounts.key': accounts.privateKey,
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
  }
  return { ca: pki.caCertificate, ...admin }
}

function kubeconfigOf(server: string, { ca, certificate, privateKey }: Credentials): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const name = 'envtest'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(certificate),
          'client-key-data': base64(privateKey),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  })
}

/** A program tells only by its answers that it is ready, so it is asked again and again. */
async function healthy(
  program: ChildProgram,
  name: string,
  clock: Clock,
  ask: () => Promise<boolean>,
): Promise<void> {
  using life = openScope({ clock, timeoutMs: startTimeoutMs, what: `the start of ${name}` })
  const answered = async (): Promise<void> => {
    while (!(await ask().catch(() => false))) await sleep(clock, askAgainMs, life.signal)
  }
  await Promise.race([program.failure, untilAborted(answered(), life.signal)])
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
