import { join } from 'node:path'

import {
  type CredentialFiles,
  credentialFilesIn,
  credentialFilesInMemory,
  type KeyAndCertificate,
  PublicKeyInfrastructure,
} from '@fairlead/pki'

import { loadAdminToken } from './auth/admin-token.ts'
import { mastersGroup, type User } from './auth/user.ts'
import { kubeconfigFor } from './kubeconfig.ts'

/** Certificates that others made. */
export interface CredentialOptions {
  /**
   * What to serve TLS with, in place of a certificate of the server's own authority; the certificate
   * may be followed by those of its issuers, as in the file of kube-apiserver's `--tls-cert-file`.
   * `caCertificate` is whom clients trust, for kubeconfigs; it defaults to the certificate itself.
   */
  readonly serving?: KeyAndCertificate & { readonly caCertificate?: string }
  /**
   * PEM of authorities whose client certificates name users, beside the server's own; as the file of
   * kube-apiserver's `--client-ca-file`. Defaults to none.
   */
  readonly clientAuthorities?: string
}

/** The keys and certificates of a server, and the kubeconfigs that hold them. */
export class ServerCredentials {
  readonly files: CredentialFiles
  readonly pki: PublicKeyInfrastructure
  /** Bearer token of a user who is allowed everything. */
  readonly adminToken: string
  /** PEM of whom clients trust. */
  readonly caCertificate: string
  /** PEM of whose client certificates are believed. */
  readonly clientAuthorities: string
  readonly #serving: KeyAndCertificate | undefined

  /** @param dataDir where they are kept; in memory without one */
  constructor(
    dataDir: string | undefined,
    { serving, clientAuthorities = '' }: CredentialOptions,
    now: () => number,
  ) {
    this.files =
      dataDir === undefined ? credentialFilesInMemory() : credentialFilesIn(join(dataDir, 'pki'))
    this.pki = new PublicKeyInfrastructure(this.files, now)
    this.adminToken = loadAdminToken(this.files)
    this.caCertificate = serving?.caCertificate ?? serving?.certificate ?? this.pki.caCertificate
    this.clientAuthorities = [this.pki.caCertificate, clientAuthorities].join('\n')
    this.#serving = serving
  }

  /** What to serve TLS with; another one in the month before it expires. */
  identity(host: string): KeyAndCertificate {
    if (this.#serving !== undefined) return this.#serving
    const names = ['127.0.0.1', '::1', 'localhost', 'kubernetes.default.svc', reachable(host)]
    return this.pki.leaf('server', {
      usage: 'server',
      subject: { commonName: 'fairlead-apiserver' },
      hosts: [...new Set(names)],
    })
  }

  /** Of a user who is allowed everything. */
  adminKubeconfig(url: string, userName: string): string {
    const identity = this.pki.leaf('admin', {
      usage: 'client',
      subject: { commonName: 'admin', organizations: [mastersGroup] },
    })
    const { caCertificate, adminToken: token } = this
    return kubeconfigFor({ url, caCertificate, userName, identity, token })
  }

  /** Another user's, with a certificate that is not kept. */
  userIdentity({ name, groups }: Pick<User, 'name' | 'groups'>): KeyAndCertificate {
    const subject = { commonName: name, organizations: groups }
    return this.pki.newLeaf({ usage: 'client', subject })
  }

  userKubeconfig(url: string, userName: string, identity: KeyAndCertificate): string {
    return kubeconfigFor({ url, caCertificate: this.caCertificate, userName, identity })
  }
}

/** A wildcard listen address is not an address to connect to. */
export function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}
