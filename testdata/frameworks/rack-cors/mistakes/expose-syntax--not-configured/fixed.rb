use Rack::Cors do
  allow do
    origins 'https://app.example.com'
    resource '*',
             credentials: true,
             methods: %i[get head post put],
             headers: %w[Content-Type Authorization],
             expose: %w[X-Request-Id],
             max_age: 600
  end
end
