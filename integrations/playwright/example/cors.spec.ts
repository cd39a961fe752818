import { test } from '@corsproof/playwright';

test('pages may do what the policy says, and no more', async ({ corsproof, baseURL }) => {
  await corsproof.check(`${baseURL}/items`, {
    policy: {
      origins: ['https://app.example.com'],
      methods: ['PUT'],
      request_headers: ['Content-Type'],
    },
  });
});
