import { systemClock } from '@fairlead/base'
import { credentialFilesInMemory, PublicKeyInfrastructure } from '@fairlead/pki'
import type { ServingCertificate } from '../serving/certificate-source.ts'

/** Certificates for tests, of `first.test` and so on, and a client's; all of one authority. */
export function makeTestCertificates(): Readonly<
  Record<'first' | 'second' | 'third' | 'client', ServingCertificate> & { ca: string }
> {
  const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), () => systemClock.now())
  const make = (commonName: string, usage: 'server' | 'client' = 'server') => {
    const hosts = usage === 'server' ? [`${commonName}.test`, 'localhost', '127.0.0.1'] : []
    const { certificate, privateKey } = pki.newLeaf({ subject: { commonName }, usage, hosts })
    return { cert: certificate, key: privateKey }
  }
  return {
    first: make('first'),
    second: make('second'),
    third: make('third'),
    client: make('client', 'client'),
    ca: pki.caCertificate,
  }
}
