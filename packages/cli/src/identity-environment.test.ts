import { expect, it } from 'vitest'
import { readIdentityEnvironment } from './identity-environment.ts'

it('reads what clouds tell a program of its identity', () => {
  const { aws, azure, google } = readIdentityEnvironment({
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/gateway',
    AWS_WEB_IDENTITY_TOKEN_FILE: ' /var/run/token ',
    AWS_SESSION_TOKEN: '',
    AWS_EC2_METADATA_DISABLED: 'True',
    AZURE_FEDERATED_TOKEN_FILE: '/var/run/azure',
    GOOGLE_APPLICATION_CREDENTIALS: '/config.json',
  })
  expect(aws).toMatchObject({
    roleARN: 'arn:aws:iam::123456789012:role/gateway',
    webIdentityTokenFile: '/var/run/token',
    sessionToken: undefined,
    isInstanceMetadataDisabled: true,
  })
  expect(azure.federatedTokenFile).toBe('/var/run/azure')
  expect(google).toEqual({ credentialsFile: '/config.json', metadataHost: undefined })
})
