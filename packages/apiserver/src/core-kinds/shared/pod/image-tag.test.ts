import { expect, it } from 'vitest'

import { imageTag } from './image-tag.ts'

const digest = `sha256:${'a'.repeat(64)}`

it.each([
  ['nginx', 'latest'],
  ['nginx:1.27', '1.27'],
  ['library/nginx:latest', 'latest'],
  ['localhost:5000/a/b', 'latest'],
  ['registry.example.com:5000/team/app:v1', 'v1'],
  [`nginx@${digest}`, ''],
  [`nginx:1@${digest}`, '1'],
  ['Invalid_Name!', ''],
  ['Upper/case', 'latest'],
  ['upper/Case', ''],
  ['', ''],
  ['a'.repeat(64), ''],
  ['nginx:', ''],
])('%s has the tag %j', (image, tag) => {
  expect(imageTag(image)).toBe(tag)
})
