// One Chromium for a test file, and pages that play.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { servePages } from './page_server.mjs';

const flags = ['--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows'];

export class Browser {
  static async open() {
    const browser = new Browser();
    browser.pages = await servePages();
    browser.profile = mkdtempSync(join(tmpdir(), 'sluice-e2e-profile-'));
    browser.context = await chromium.launchPersistentContext(browser.profile, {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      // Chromium's sandbox does not run as root.
      chromiumSandbox: process.getuid() !== 0,
      args: flags,
      viewport: { width: 800, height: 600 },
      ignoreHTTPSErrors: true, // the suite's certificate is self-signed
    });
    return browser;
  }

  // A page of tests/e2e/support/page, or any URL. What the page logs is kept in page.messages.
  async open(name) {
    const page = await this.context.newPage();
    page.messages = [];
    page.on('console', (message) => page.messages.push(message.text()));
    page.on('pageerror', (error) => page.messages.push(`error: ${error.message}`));
    await page.goto(name.includes('://') ? name : `${this.pages.url}/${name}`);
    return page;
  }

  async close() {
    await this.context?.close();
    await this.pages?.close();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
