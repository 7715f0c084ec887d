import { describe, expect, it } from 'vitest'
import { identityParts } from '../test-support/identity-parts.ts'
import { startIdentityServer } from '../test-support/identity-server.ts'
import { readSharedCredentials } from './aws-shared-credentials.ts'
import { awsWorkload } from './aws-workload.ts'

const signal = new AbortController().signal
const provider = { region: 'eu-central-1', roleARN: undefined }
const roleARN = 'arn:aws:iam::123456789012:role/gateway'
const expiration = '2026-01-01T01:00:00Z'
const lent = {
  value: { accessKeyID: 'ASIAONE', secretAccessKey: 'secret/+=', sessionToken: 'session//==' },
  expiresAtMs: Date.UTC(2026, 0, 1, 1),
}
/** As the services for containers and instances answer. */
const lentJson = {
  Code: 'Success',
  AccessKeyId: 'ASIAONE',
  SecretAccessKey: 'secret/+=',
  Token: 'session//==',
  Expiration: expiration,
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
function startTokenService() {
  return startIdentityServer(({ method, form }) => {
    const isRight =
      method === 'POST' &&
      form.get('Action') === 'AssumeRoleWithWebIdentity' &&
      form.get('Version') === '2011-06-15' &&
      form.get('RoleArn') === roleARN &&
      /^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '')
    if (!isRight) return { status: 400, body: stsError('ValidationError') }
    if (form.get('WebIdentityToken') !== 'projected') {
      return { status: 400, body: stsError('InvalidIdentityToken') }
    }
    return {
      body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <SessionToken>session//==</SessionToken>
      <SecretAccessKey>secret/+=</SecretAccessKey>
      <Expiration>${expiration}</Expiration>
      <AccessKeyId>ASIAONE</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`,
    }
  })
}

function stsError(code: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>projected is wrong</Message></Error></ErrorResponse>`
}

describe('a role of AWS for a projected token', () => {
  it('lends keys', async () => {
    await using server = await startTokenService()
    const aws = {
      webIdentityTokenFile: '/token',
      roleARN,
      tokenServiceEndpoint: server.origin,
    }
    const parts = identityParts({ environment: { aws }, files: { '/token': 'projected\n' } })
    expect(await awsWorkload(provider, parts).token(signal)).toEqual(lent)
    const other = identityParts({
      environment: { aws: { ...aws, roleARN: 'arn:aws:iam::1:role/other' } },
      files: { '/token': 'projected' },
    })
    expect(await awsWorkload({ ...provider, roleARN }, other).token(signal)).toEqual(lent)
  })

  it('says why it was refused, and repeats nothing else', async () => {
    await using server = await startTokenService()
    const aws = { webIdentityTokenFile: '/token', roleARN, tokenServiceEndpoint: server.origin }
    const parts = identityParts({ environment: { aws }, files: { '/token': 'of elsewhere' } })
    const error: unknown = await awsWorkload(provider, parts)
      .token(signal)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ failure: 'CredentialRefused' })
    expect(String(error)).toContain('(400, InvalidIdentityToken)')
    expect(String(error)).not.toContain('is wrong')
  })

  it('needs the token when the provider names a role', async () => {
    const source = awsWorkload({ ...provider, roleARN }, identityParts())
    await expect(source.token(signal)).rejects.toThrow(/needs AWS_WEB_IDENTITY_TOKEN_FILE/)
  })
})

describe("keys of AWS's agent beside the container", () => {
  it('are asked for with the token of the pod', async () => {
    // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
    await using server = await startIdentityServer(({ method, url, headers }) => {
      if (method !== 'GET' || headers.authorization !== 'of the pod') {
        return { status: 401, body: 'who are you' }
      }
      expect(url.pathname).toBe('/v1/credentials')
      return { body: lentJson }
    })
    const aws = {
      containerCredentialsFullURI: `${server.origin}/v1/credentials`,
      containerAuthorizationTokenFile: '/token',
    }
    const parts = identityParts({
      environment: { aws },
      files: { '/token': 'of the pod' },
      allowPrivate: false,
    })
    expect(await awsWorkload(provider, parts).token(signal)).toEqual(lent)
    const byValue = identityParts({
      environment: {
        aws: {
          ...aws,
          containerAuthorizationTokenFile: undefined,
          containerAuthorizationToken: 'of the pod',
        },
      },
    })
    expect(await awsWorkload(provider, byValue).token(signal)).toEqual(lent)
  })

  it('are asked for at no other address', async () => {
    for (const containerCredentialsFullURI of ['http://10.1.2.3/', 'http://169.254.1.1/', 'x']) {
      const parts = identityParts({ environment: { aws: { containerCredentialsFullURI } } })
      await expect(awsWorkload(provider, parts).token(signal)).rejects.toMatchObject({
        failure: 'Misconfigured',
      })
    }
  })
})

describe('the role of an EC2 instance', () => {
  it('lends keys by version 2 of the metadata service', async () => {
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
    await using server = await startIdentityServer(({ method, url, headers }) => {
      if (url.pathname === '/latest/api/token') {
        const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds'])
        if (method !== 'PUT' || !(seconds >= 1 && seconds <= 21_600))
          return { status: 400, body: '' }
        return { body: 'session' }
      }
      if (headers['x-aws-ec2-metadata-token'] !== 'session') return { status: 401, body: '' }
      if (url.pathname === '/latest/meta-data/iam/security-credentials/') return { body: 'my-role' }
      if (url.pathname === '/latest/meta-data/iam/security-credentials/my-role') {
        return { body: lentJson }
      }
      return { status: 404, body: '' }
    })
    const aws = { instanceMetadataEndpoint: server.origin }
    const parts = identityParts({ environment: { aws }, allowPrivate: false })
    expect(await awsWorkload(provider, parts).token(signal)).toEqual(lent)
    expect(server.requests).toHaveLength(3)
  })

  it('is not asked for when that is switched off', async () => {
    const aws = { isInstanceMetadataDisabled: true }
    const parts = identityParts({ environment: { aws } })
    await expect(awsWorkload(provider, parts).token(signal)).rejects.toThrow(
      /AWS_EC2_METADATA_DISABLED/,
    )
  })
})

it('keys in the environment come first', async () => {
  const aws = { accessKeyID: 'AKIA', secretAccessKey: 'secret', webIdentityTokenFile: '/token' }
  const parts = identityParts({ environment: { aws } })
  expect(await awsWorkload(provider, parts).token(signal)).toEqual({
    value: { accessKeyID: 'AKIA', secretAccessKey: 'secret', sessionToken: undefined },
    expiresAtMs: undefined,
  })
})

describe('readSharedCredentials', () => {
  const keys = { accessKeyID: 'AKIA', secretAccessKey: 's=+/', sessionToken: undefined }

  it.each([
    [
      'the default profile',
      '[x]\naws_access_key_id=no\naws_secret_access_key=no\n[default]\naws_access_key_id = AKIA\naws_secret_access_key = s=+/\n',
    ],
    [
      'otherwise the first',
      '# mine\r\n[x]\r\naws_access_key_id=AKIA\r\naws_secret_access_key=s=+/\r\n',
    ],
  ])('reads %s', (_, text) => {
    expect(readSharedCredentials(text)).toEqual(keys)
  })

  it('reads a session token', () => {
    const text = '[default]\naws_access_key_id=A\naws_secret_access_key=B\naws_session_token=C=='
    expect(readSharedCredentials(text)?.sessionToken).toBe('C==')
  })

  it.each(['', 'ABSKQmVkcm9ja0FQSUtleS1', '[default]\naws_access_key_id=A', 'a=b'])(
    'reads nothing of %j',
    (text) => {
      expect(readSharedCredentials(text)).toBeUndefined()
    },
  )
})
