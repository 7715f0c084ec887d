import { kubeconfigFor } from '../kubeconfig.ts'
import { credentialFilesInMemory } from '../pki/credential-files.ts'
import {
  type KeyAndCertificate,
  PublicKeyInfrastructure,
} from '../pki/public-key-infrastructure.ts'

/** A user with a client certificate. */
export interface TestUser extends KeyAndCertificate {
  readonly name: string
  readonly groups: readonly string[]
  /** A kubeconfig (YAML) with which a client is this user. */
  readonly kubeconfig: string
}

/** Makes users whom the server believes by their certificates, as envtest's `AddUser` does. */
export class TestUsers {
  readonly #pki: PublicKeyInfrastructure
  #count = 0

  constructor(now: () => number) {
    this.#pki = new PublicKeyInfrastructure(credentialFilesInMemory(), now)
  }

  /** PEM of who signs their certificates. */
  get authority(): string {
    return this.#pki.caCertificate
  }

  add(
    { name, groups = [] }: { readonly name: string; readonly groups?: readonly string[] },
    server: { readonly url: string; readonly caCertificate: string },
  ): TestUser {
    this.#count += 1
    const subject = { commonName: name, organizations: groups }
    const identity = this.#pki.leaf(`user-${this.#count}`, { usage: 'client', subject })
    const { url, caCertificate } = server
    const kubeconfig = kubeconfigFor({ url, caCertificate, userName: name, identity })
    return { ...identity, name, groups, kubeconfig }
  }
}
